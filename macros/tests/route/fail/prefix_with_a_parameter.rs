routegen::package! { prefix = "/{tenant}", guard = [Admin] }

fn main() {}
