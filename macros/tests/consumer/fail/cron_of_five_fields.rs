use routegen::schedule;

#[schedule("cron(0 8 * * *)", timezone = "Europe/Berlin")]
async fn report() {}

fn main() {}
