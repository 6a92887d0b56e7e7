patchform {
  required_providers {
    release = { configuration_aliases = [release.top] }
  }
}
