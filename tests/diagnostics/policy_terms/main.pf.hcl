policy "x1642" {
  terms = { critical = "3d", urgent = "1d" }
}

policy "bod-26-04" {
  terms = { critical = "3d" }
}

policy "pci-dss" {
  terms = { other = 90 }
}
