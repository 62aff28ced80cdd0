public import KeyVaultClient
public import Store

/// Why a strip could not be read.
public enum StripError: Error, Hashable, Sendable {
  /// The vault refuses this session's key to this service: there is nothing to show, and asking again soon is useless.
  case keyRefused(SessionKeyRefusal)
  /// The vault could not be asked; try again.
  case vault(KeyVaultError)
  /// The store could not be read.
  case store(StoreError)
}
