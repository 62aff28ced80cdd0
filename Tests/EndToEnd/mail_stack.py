"""A real mail system in a folder: Debian's Exim takes mail over SMTP (STARTTLS, AUTH), Debian's Dovecot hands it out over IMAP.

Both run without privileges, on free ports, on a private configuration; nothing of the machine's own mail is touched. A test that
runs as root runs them as `nobody`, in a folder that `nobody` may enter.
"""
import email
import email.policy
import imaplib
import os
import pwd
import secrets
import shutil
import smtplib
import ssl
import subprocess
import tempfile
from pathlib import Path

from system import free_port
from waiting import until

DOMAIN = "clinic.example"


class MailStack:
    """Mailboxes of `@clinic.example`, with one password for all and another one for sending."""

    def __init__(self, *people: str):
        self.people = people
        self.is_root = os.geteuid() == 0
        self.user = pwd.getpwnam("nobody") if self.is_root else pwd.getpwuid(os.geteuid())
        self.folder = Path(tempfile.mkdtemp(prefix="sealedbeat-mail-"))
        self.smtp_port, self.imap_port = free_port(), free_port()
        self.sending_password, self.reading_password = secrets.token_hex(12), secrets.token_hex(12)
        self.processes: list[subprocess.Popen] = []

    # -- life

    def __enter__(self) -> "MailStack":
        for name in ("spool", "log", "mail"):
            (self.folder / name).mkdir()
        self.certificate, key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-keyout", key, "-out", self.certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
            check=True, capture_output=True)
        (self.folder / "people").write_text("".join(f"{person}: {person}\n" for person in self.people))
        (self.folder / "exim.conf").write_text(self._exim())
        (self.folder / "dovecot.conf").write_text(self._dovecot())
        # Debian's file is set-user-ID root, and would give a private configuration no more than the caller's rights anyway.
        shutil.copyfile("/usr/sbin/exim4", self.folder / "exim")
        (self.folder / "exim").chmod(0o755)
        password = self.folder / "smtp-password"
        password.write_text(self.sending_password)
        password.chmod(0o600)
        self._hand_over()
        self._run("exim", self.folder / "exim", "-C", self.folder / "exim.conf", "-bdf", "-q1m")
        self._run("dovecot", "/usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf")
        until(self._answers, "the mail system answers", 30)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _hand_over(self) -> None:
        if not self.is_root:
            return
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _run(self, name: str, *command) -> None:
        drop = []
        if self.is_root:
            drop = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"]
        with open(self.folder / f"{name}.out", "ab") as log:
            self.processes.append(subprocess.Popen([*drop, *map(str, command)], stdout=log, stderr=log, cwd=self.folder))

    def _answers(self) -> bool:
        try:
            with smtplib.SMTP("localhost", self.smtp_port, timeout=5) as smtp:
                smtp.noop()
            self.mailbox(self.people[0])
        except (OSError, imaplib.IMAP4.error, smtplib.SMTPException):
            assert all(process.poll() is None for process in self.processes), self.log()
            return False
        return True

    def log(self) -> str:
        """What both said, for a failure."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.out")) + sorted(
            self.folder.glob("log/*")))

    # -- use

    @property
    def settings(self) -> dict[str, str]:
        """The notifier's settings for it."""
        return {
            "notifier.smtp.url": f"smtp://localhost:{self.smtp_port}", "notifier.smtp.user": "sealedbeat",
            "notifier.smtp.password-file": str(self.folder / "smtp-password"), "notifier.smtp.ca": str(self.certificate),
            "notifier.smtp.from": f"sealedbeat@{DOMAIN}", "notifier.smtp.to": f"{self.people[0]}@{DOMAIN}",
        }

    def mailbox(self, person: str) -> list[email.message.EmailMessage]:
        """What a person's mail programme finds, oldest first."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        with imaplib.IMAP4_SSL("localhost", self.imap_port, ssl_context=context, timeout=20) as imap:
            imap.login(person, self.reading_password)
            imap.select(readonly=True)
            numbers = imap.search(None, "ALL")[1][0].split()
            raw = [imap.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]
        return [self._parsed(message) for message in raw]

    @staticmethod
    def _parsed(raw: bytes) -> email.message.EmailMessage:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        message.raw = raw
        return message

    # -- configurations

    def _exim(self) -> str:
        return f"""
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/log/%slog
pid_file_path = {self.folder}/exim.pid
primary_hostname = mail.{DOMAIN}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.smtp_port}
exim_user = {self.user.pw_uid}
exim_group = {self.user.pw_gid}
never_users =
deliver_drop_privilege = true
tls_advertise_hosts = *
tls_certificate = {self.folder}/cert.pem
tls_privatekey = {self.folder}/key.pem
acl_smtp_rcpt = rcpt
keep_environment =
begin acl
rcpt:
  deny message = authenticate first
       !authenticated = *
  accept domains = {DOMAIN}
  deny message = not here
begin routers
people:
  driver = accept
  domains = {DOMAIN}
  local_parts = lsearch;{self.folder}/people
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {self.folder}/mail/$local_part_data
  maildir_format
  create_directory
  delivery_date_add
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_set_id = $auth2
  server_condition = ${{if and{{{{eq{{$auth2}}{{sealedbeat}}}}{{eq{{$auth3}}{{{self.sending_password}}}}}}}}}
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""

    def _dovecot(self) -> str:
        user, group = self.user.pw_name, self.user.pw_gid
        return f"""
base_dir = {self.folder}/run
log_path = {self.folder}/log/dovecot
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group_name(group)}
ssl = required
ssl_cert = <{self.folder}/cert.pem
ssl_key = <{self.folder}/key.pem
mail_location = maildir:{self.folder}/mail/%n
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={self.reading_password}
}}
userdb {{
  driver = static
  args = uid={self.user.pw_uid} gid={group} home={self.folder}/mail/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.imap_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def group_name(number: int) -> str:
    import grp
    return grp.getgrgid(number).gr_name
