component "release" "c" {
  path = "/srv"
  maintenance {
    block {
      probe "tcp" {
        port = 1

    }
  }
}
