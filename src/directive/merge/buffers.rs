//! How the sizes of buffers must relate to each other.

use super::super::levels::{Setting, View};
use super::super::{Refusal, says, scalar};
use super::{Blamed, Turn, judged, size_of};
use crate::catalogue::directive;

/// The size of a memory page, which many values are without a directive.
const PAGE: i64 = 4096;
/// `large_client_header_buffers 4 8k`
const LARGE: i64 = 8192;
/// `connection_pool_size` where pointers have 64 bits.
const POOL: i64 = 512;
/// `*_max_temp_file_size`
const MOST: i64 = 1 << 30;

/// `large_client_header_buffers` against `connection_pool_size` (`ngx_http_core_merge_srv_conf`).
pub(super) fn request<P: Copy>(view: &View<'_, P>) -> Option<Blamed<P>> {
    let large = view.setting(directive::LARGE_CLIENT_HEADER_BUFFERS);
    let pool = view.setting(directive::CONNECTION_POOL_SIZE);
    if size_of(large, 2).unwrap_or(LARGE) >= size_of(pool, 1).unwrap_or(POOL) {
        return None;
    }
    let message =
        r#"the "large_client_header_buffers" size must be equal to or greater than "connection_pool_size""#;
    let cause = pool.or(large)?;
    let refusal = judged(says(message), large.is_some() && pool.is_some());
    Some(Blamed::at_end(Turn::Core, refusal, cause.place))
}

/// The directives of a module about the buffers for answers, as far as they are set.
struct Sizes<'l, P> {
    module: &'l str,
    buffers: Option<&'l Setting<P>>,
    first: Option<&'l Setting<P>>,
    busy: Option<&'l Setting<P>>,
    write: Option<&'l Setting<P>>,
    file: Option<&'l Setting<P>>,
}

/// The relations that `ngx_http_proxy_merge_loc_conf` and those of the other modules test, in their order.
pub(super) fn response<P: Copy>(view: &View<'_, P>, module: &str) -> Option<(Refusal, P)> {
    let named = |ending: &str| view.named(&format!("{module}_{ending}"));
    let sizes = Sizes {
        module,
        buffers: named("buffers"),
        first: named("buffer_size"),
        busy: named("busy_buffers_size"),
        write: named("temp_file_write_size"),
        file: named("max_temp_file_size"),
    };
    let of_all = [sizes.buffers, sizes.first, sizes.busy, sizes.write, sizes.file];
    of_all.iter().any(Option::is_some).then(|| sizes.refused()).flatten()
}

impl<P: Copy> Sizes<'_, P> {
    fn refused(&self) -> Option<(Refusal, P)> {
        self.count().or_else(|| self.busy()).or_else(|| self.files())
    }

    fn number(&self) -> i64 {
        self.buffers.and_then(|it| scalar::number(it.word(1))).unwrap_or(8)
    }

    fn each(&self) -> i64 {
        size_of(self.buffers, 2).unwrap_or(PAGE)
    }

    /// The larger one of the first buffer and the others.
    fn larger(&self) -> i64 {
        size_of(self.first, 1).unwrap_or(PAGE).max(self.each())
    }

    /// Whether a value that is written down is larger than `size`.
    fn is_below_written(&self, size: i64) -> bool {
        [size_of(self.first, 1), size_of(self.buffers, 2)].iter().any(|it| it.is_some_and(|it| it > size))
    }

    fn count(&self) -> Option<(Refusal, P)> {
        let cause = self.buffers.filter(|_| self.number() < 2)?;
        Some((says(format!("there must be at least 2 \"{}_buffers\"", self.module)), cause.place))
    }

    fn busy(&self) -> Option<(Refusal, P)> {
        let module = self.module;
        let busy = size_of(self.busy, 1).unwrap_or_else(|| self.larger().saturating_mul(2));
        if let Some(cause) = self.busy.filter(|_| busy < self.larger()) {
            let reason = format!(
                "\"{module}_busy_buffers_size\" must be equal to or greater than the maximum of the value of \
                 \"{module}_buffer_size\" and one of the \"{module}_buffers\""
            );
            return Some((judged(says(reason), self.is_below_written(busy)), cause.place));
        }
        if busy <= (self.number() - 1).saturating_mul(self.each()) {
            return None;
        }
        let first = self.first.filter(|it| size_of(Some(it), 1) >= Some(self.each()));
        let cause = self.busy.or(first).or(self.buffers)?;
        let reason = format!(
            "\"{module}_busy_buffers_size\" must be less than the size of all \"{module}_buffers\" minus one buffer"
        );
        let written = self.buffers.is_some() && self.busy.is_some();
        Some((judged(says(reason), written), cause.place))
    }

    fn files(&self) -> Option<(Refusal, P)> {
        let module = self.module;
        let rule = format!(
            "must be equal to or greater than the maximum of the value of \"{module}_buffer_size\" and one of the \
             \"{module}_buffers\""
        );
        let too_small = |setting: Option<_>| size_of(setting, 1).filter(|&it| it < self.larger());
        if let (Some(cause), Some(size)) = (self.write, too_small(self.write)) {
            let reason = format!("\"{module}_temp_file_write_size\" {rule}");
            return Some((judged(says(reason), self.is_below_written(size)), cause.place));
        }
        let most = self.file.map_or(Some(MOST), |it| scalar::offset(it.word(1)))?;
        let cause =
            self.file.or(self.first).or(self.buffers).filter(|_| most != 0 && most < self.larger())?;
        let reason = format!(
            "\"{module}_max_temp_file_size\" must be equal to zero to disable temporary files usage or {rule}"
        );
        Some((judged(says(reason), self.is_below_written(most)), cause.place))
    }
}
