# Written by `patchform init`; commit it. A provider whose executable differs is not started.

provider "command" {
  version = "0.1.0"
}

provider "release" {
  version = "0.1.0"
}
