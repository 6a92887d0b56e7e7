policy "bod-26-4" {}

policy "kev-due" {
  term = "3d"
}
