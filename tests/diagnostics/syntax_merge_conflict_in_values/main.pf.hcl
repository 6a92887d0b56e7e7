locals {
  object = {
    kept = 0
<<<<<<< HEAD
    x = 1
=======
    x = 2
>>>>>>> other
  }
  list = [
    1,
<<<<<<< HEAD
    2
||||||| base
    0
=======
    3
>>>>>>> other
  ]
  heading = <<-EOT
    Title
=======
    text
  EOT
  call = merge(
    { a = 1 },
<<<<<<< HEAD
    { b = 1 },
=======
    { b = 2 },
>>>>>>> other
  )
}
