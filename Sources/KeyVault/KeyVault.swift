internal import Crypto
internal import GRDB
internal import Hummingbird
internal import X509
