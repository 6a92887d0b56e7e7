# Written by `patchform init`; commit it. A provider whose executable differs is not started.

provider "apt" {
  version = "0.1.0"
}
