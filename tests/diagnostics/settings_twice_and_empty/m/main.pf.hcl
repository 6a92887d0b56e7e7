patchform {
  required_providers {
    acme = { source = "./acme" }
    apt  = { configuration_aliases = "night" }
  }
}
