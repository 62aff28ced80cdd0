internal import Crypto
internal import GRDB
internal import Hummingbird
internal import HummingbirdTLS
internal import X509
