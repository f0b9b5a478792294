//! Limits the requests to a route with a token bucket, like API Gateway's ([throttling]).
//!
//! [throttling]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html

use std::sync::Mutex;

use routegen_spec::Throttle;
use tokio::time::Instant;

use crate::lock::lock;

/// The bucket of a route: it holds `burst` tokens, and gains `rate` tokens per second.
#[derive(Debug)]
pub(crate) struct Bucket {
    throttle: Throttle,
    state: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub(crate) fn new(throttle: Throttle) -> Self {
        Self { throttle, state: Mutex::new((throttle.burst.into(), Instant::now())) }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&self) -> bool {
        let mut state = lock(&self.state);
        let (tokens, at) = &mut *state;
        let now = Instant::now();
        let gained = now.duration_since(*at).as_secs_f64() * f64::from(self.throttle.rate);
        *tokens = (*tokens + gained).min(self.throttle.burst.into());
        *at = now;
        let allowed = *tokens >= 1.0;
        if allowed {
            *tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_allows_the_burst_and_then_the_rate() {
        let bucket = Bucket::new(Throttle::new(10, 2));
        assert_eq!([bucket.take(), bucket.take(), bucket.take()], [true, true, false]);
        tokio::time::advance(Duration::from_millis(99)).await;
        assert!(!bucket.take());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!([bucket.take(), bucket.take()], [true, false]);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!([bucket.take(), bucket.take(), bucket.take()], [true, true, false]);
    }
}
