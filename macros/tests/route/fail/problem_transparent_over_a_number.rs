use routegen::Problem;

#[derive(Problem)]
enum ShopError {
    #[problem(transparent)]
    Code(std::num::ParseIntError),
}

fn main() {}
