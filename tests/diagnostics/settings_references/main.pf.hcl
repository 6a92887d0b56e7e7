patchform {
  party = var.party
}
