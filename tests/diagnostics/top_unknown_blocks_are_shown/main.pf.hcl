import {
  to = a.b
  id = "1"
}
ephemeral "x" "y" {}
