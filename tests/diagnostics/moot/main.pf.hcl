# Nobody knows what the value of an argument is to be that does not exist: nothing is said of it.
output "a" {
  value = 1
  type  = list(string)
}

rollout "r" {
  strategy = canary
}

module "m" {
  source = "./m"
  tags   = aws.eu
}

component "release" "both" {
  count       = 2
  for_each    = toset(["a"])
  patch_level = "${count.index}.${vra.level}"
  path        = "srv/${each.key}"
}

component "release" "made" {
  patch_level = "1"
  path        = "srv/made"

  dynamic "conection" {
    for_each = ["a"]
    labels   = ["ssh"]
    content {
      host = connection.value
    }
  }
}

# A slip of the name is another matter.
output "b" {
  valeu = lcal.b
}
