removed {
  from = release.destroyed
  lifecycle {
    destroy = true
  }
}
removed {
  from = release.text
  lifecycle {
    destroy  = "x"
    nonsense = var.nope
    foo {}
  }
}
removed {
  from = release.empty
  lifecycle {}
}
