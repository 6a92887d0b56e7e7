output "tags" {
  value = {
    owner = [for t in [] : t] == [] ? "none" : null
    ("k") = "x"
    other = [for t in [] : t] == [] ? true : false # a comment
    # another one

    (upper("l")) = "y"
  }
}
