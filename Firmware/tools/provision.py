#!/usr/bin/env python3
"""Turns a provisioning bundle (`sealedbeat vault claim`) and a Wi-Fi network into what a device takes.

    provision.py BUNDLE --wifi-ssid NAME [--wifi-password-file FILE] [--update-url URL] [--format console|nvs]

`console` prints one setting a line, to be sent to the serial console. `nvs` prints the CSV that ESP-IDF's
nvs_partition_gen.py makes an image of. Both hold secrets: write them to a file that only you can read, and remove it.
The Wi-Fi password is read from a file or from the terminal, never from the command line.
"""
import argparse
import base64
import getpass
import json
import pathlib
import sys


def certificate(pem):
    """The first certificate's DER in base64, on one line."""
    lines, inside = [], False
    for line in pem.splitlines():
        if line.startswith("-----BEGIN CERTIFICATE"):
            inside = True
        elif line.startswith("-----END CERTIFICATE"):
            break
        elif inside:
            lines.append(line.strip())
    text = "".join(lines)
    if not base64.b64decode(text, validate=True):
        sys.exit("provision: the bundle's caPEM holds no certificate")
    return text


def settings(options):
    bundle = json.loads(options.bundle.read_text())
    if bundle.get("version") != 1:
        sys.exit(f"provision: a bundle of version {bundle.get('version')} is unknown")
    if options.wifi_password_file is not None:
        password = options.wifi_password_file.read_text().rstrip("\n")
    else:
        password = getpass.getpass("Wi-Fi password (empty for an open network): ")
    result = {"wifi-ssid": options.wifi_ssid}
    if password:
        result["wifi-password"] = password
    result |= {
        "device": bundle["device"],
        "claim": bundle["claimToken"].lower(),
        "enrol-url": bundle["enrolURL"],
        "service-url": bundle["serviceURL"],
        "ca": certificate(bundle["caPEM"]),
        "hpke": bundle["hpkePublicKey"].lower(),
        "mqtt-host": bundle["mqttHost"],
        "mqtt-port": str(bundle["mqttPort"]),
    }
    if options.update_url:
        result["update-url"] = options.update_url
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=pathlib.Path)
    parser.add_argument("--wifi-ssid", required=True)
    parser.add_argument("--wifi-password-file", type=pathlib.Path)
    parser.add_argument("--update-url")
    parser.add_argument("--format", choices=("console", "nvs"), default="console")
    options = parser.parse_args()
    result = settings(options)
    if options.format == "console":
        for name, value in result.items():
            print(name, value)
        return
    print("key,type,encoding,value")
    print("sealedbeat,namespace,,")
    for name, value in result.items():
        print(f"{name},data,hex2bin,{value.encode().hex()}")


if __name__ == "__main__":
    main()
