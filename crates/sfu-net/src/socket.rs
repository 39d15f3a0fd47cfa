//! The UDP socket: large buffers, batches in and out, segmentation by the kernel, and the
//! addresses of this host. The only file with `unsafe`: std has none of these system calls.
#![expect(unsafe_code, reason = "recvmmsg, sendmmsg, ppoll and getifaddrs are not in std")]

use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket as Socket2, Type};

/// One key frame to 100 viewers has 4 MB; the default of 208 kB loses it.
const BUFFER: usize = 8 << 20;

/// Datagrams read by one call.
pub(crate) const BATCH: usize = 32;

/// Nothing we understand is larger; what is, is cut and then refused.
const DATAGRAM_MAX: usize = 2048;

/// Segments of one message: the kernel's `UDP_MAX_SEGMENTS`.
pub(crate) const SEGMENTS_MAX: usize = 64;

/// Messages of one sendmmsg.
const MESSAGES: usize = 128;

/// Control bytes of one message: segment size and source address, aligned.
const CONTROL_WORDS: usize = 10;

/// One message: datagrams of `segment` bytes, the last may be smaller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// The source address, where it matters.
    pub(crate) from: Option<IpAddr>,
    pub(crate) to: SocketAddr,
    pub(crate) at: usize,
    pub(crate) bytes: usize,
    pub(crate) segment: usize,
}

impl Run {
    pub(crate) fn datagrams(&self) -> usize {
        self.bytes.div_ceil(self.segment)
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) messages: usize,
    /// Datagrams that the kernel did not take.
    pub(crate) dropped: usize,
}

/// An address of this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalAddress {
    pub(crate) ip: IpAddr,
    /// Of the interface, not of the number: 127.0.0.2 on an Ethernet interface is not.
    pub(crate) is_loopback: bool,
}

pub(crate) struct Socket {
    udp: UdpSocket,
    bell: UnixDatagram,
    rope: Arc<Rope>,
    /// Cleared when the kernel or the card refuses segmentation.
    has_segmentation: AtomicBool,
}

/// Wakes a worker out of [`Socket::wait`].
#[derive(Clone)]
pub(crate) struct Waker(Arc<Rope>);

struct Rope {
    bell: UnixDatagram,
    is_stopped: AtomicBool,
}

impl Waker {
    pub(crate) fn wake(&self) {
        // A full bell rings already.
        let _ = self.0.bell.send(&[0]);
    }

    pub(crate) fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::Release);
        self.wake();
    }
}

impl Socket {
    pub(crate) fn open(at: SocketAddr) -> io::Result<Self> {
        let socket = Socket2::new(Domain::for_address(at), Type::DGRAM, Some(Protocol::UDP))?;
        if at.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.bind(&at.into())?;
        socket.set_nonblocking(true)?;
        let udp = UdpSocket::from(socket);
        enlarge(&udp);
        match at {
            SocketAddr::V4(_) => set_option(&udp, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?,
            SocketAddr::V6(_) => set_option(&udp, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)?,
        }
        let (bell, far) = UnixDatagram::pair()?;
        bell.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        let rope = Arc::new(Rope { bell: far, is_stopped: AtomicBool::new(false) });
        Ok(Self { udp, bell, rope, has_segmentation: AtomicBool::new(true) })
    }

    pub(crate) fn port(&self) -> io::Result<u16> {
        Ok(self.udp.local_addr()?.port())
    }

    pub(crate) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.rope))
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.rope.is_stopped.load(Ordering::Acquire)
    }

    /// Waits for a datagram, the bell, or the end of time.
    pub(crate) fn wait(&self, at_most: Duration) {
        let event = libc::POLLIN;
        let mut fds = [
            libc::pollfd { fd: self.udp.as_raw_fd(), events: event, revents: 0 },
            libc::pollfd { fd: self.bell.as_raw_fd(), events: event, revents: 0 },
        ];
        let time = libc::timespec {
            tv_sec: libc::time_t::try_from(at_most.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(at_most.subsec_nanos()),
        };
        // SAFETY: `fds` and `time` live across the call, and the count is that of `fds`. An error
        // (a signal) is a wake-up like any other.
        unsafe { libc::ppoll(fds.as_mut_ptr(), 2, &raw const time, ptr::null()) };
        let mut rung = [0; 16];
        while self.bell.recv(&mut rung).is_ok() {}
    }

    /// Reads datagrams; returns how many. Fewer than [`BATCH`]: there are no more.
    pub(crate) fn receive(&self, batch: &mut Batch) -> usize {
        batch.receive(self.udp.as_raw_fd())
    }

    /// Sends runs out of an arena. What the kernel does not take is dropped: media is late soon.
    pub(crate) fn send(&self, arena: &[u8], runs: &[Run]) -> Report {
        let mut report = Report::default();
        for some in runs.chunks(MESSAGES) {
            let mut rest = some;
            while !rest.is_empty() {
                if !self.has_segmentation.load(Ordering::Relaxed) && rest[0].datagrams() > 1 {
                    self.send_apart(arena, &rest[0], &mut report);
                    rest = &rest[1..];
                    continue;
                }
                match self.send_batch(arena, rest) {
                    Ok(sent) => {
                        report.messages += sent;
                        rest = &rest[sent.max(1)..];
                    }
                    Err(error) if rest[0].datagrams() > 1 && is_unsupported(&error) => {
                        self.has_segmentation.store(false, Ordering::Relaxed);
                    }
                    Err(_) => {
                        report.dropped += rest[0].datagrams();
                        rest = &rest[1..];
                    }
                }
            }
        }
        report
    }

    /// Without segmentation each datagram is a message.
    fn send_apart(&self, arena: &[u8], run: &Run, report: &mut Report) {
        for at in (run.at..run.at + run.bytes).step_by(run.segment) {
            let bytes = run.segment.min(run.at + run.bytes - at);
            match self.send_batch(arena, &[Run { at, bytes, ..*run }]) {
                Ok(_) => report.messages += 1,
                Err(_) => report.dropped += 1,
            }
        }
    }

    fn send_batch(&self, arena: &[u8], runs: &[Run]) -> io::Result<usize> {
        let n = runs.len().min(MESSAGES);
        let mut addresses: Vec<socket2::SockAddr> = Vec::with_capacity(n);
        addresses.extend(runs[..n].iter().map(|run| socket2::SockAddr::from(run.to)));
        let mut vectors: Vec<libc::iovec> = Vec::with_capacity(n);
        vectors.extend(runs[..n].iter().map(|run| {
            let bytes = &arena[run.at..run.at + run.bytes];
            libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() }
        }));
        let mut controls = vec![[0_u64; CONTROL_WORDS]; n];
        let mut messages: Vec<libc::mmsghdr> = Vec::with_capacity(n);
        for at in 0..n {
            // SAFETY: an all-zero msghdr is a valid, empty one.
            let mut message: libc::mmsghdr = unsafe { mem::zeroed() };
            let header = &mut message.msg_hdr;
            header.msg_name = addresses[at].as_ptr().cast_mut().cast();
            header.msg_namelen = addresses[at].len();
            header.msg_iov = &raw mut vectors[at];
            header.msg_iovlen = 1;
            control(header, &mut controls[at], &runs[at]);
            messages.push(message);
        }
        let count = libc::c_uint::try_from(n).expect("at most MESSAGES");
        // SAFETY: each header points into `addresses`, `vectors`, `controls` and `arena`, which
        // live across the call and are not moved; the kernel only reads what they point to.
        let sent = unsafe {
            libc::sendmmsg(self.udp.as_raw_fd(), messages.as_mut_ptr(), count, libc::MSG_DONTWAIT)
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }
}

/// Writes segment size and source address beside a message.
fn control(header: &mut libc::msghdr, words: &mut [u64; CONTROL_WORDS], run: &Run) {
    header.msg_control = words.as_mut_ptr().cast();
    header.msg_controllen = size_of_val(words);
    let mut used = 0;
    // SAFETY: the header's control is `words`, zeroed, aligned for cmsghdr and large enough for
    // both entries; CMSG_FIRSTHDR and CMSG_NXTHDR stay within msg_controllen.
    unsafe {
        let mut entry = libc::CMSG_FIRSTHDR(header);
        if run.datagrams() > 1 {
            let segment = u16::try_from(run.segment).expect("less than a datagram");
            used += put(entry, libc::SOL_UDP, libc::UDP_SEGMENT, segment);
            entry = libc::CMSG_NXTHDR(header, entry);
        }
        match run.from {
            Some(IpAddr::V4(ip)) => {
                let mut info: libc::in_pktinfo = mem::zeroed();
                info.ipi_spec_dst.s_addr = u32::from_ne_bytes(ip.octets());
                used += put(entry, libc::IPPROTO_IP, libc::IP_PKTINFO, info);
            }
            Some(IpAddr::V6(ip)) => {
                let mut info: libc::in6_pktinfo = mem::zeroed();
                info.ipi6_addr.s6_addr = ip.octets();
                used += put(entry, libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info);
            }
            None => {}
        }
    }
    header.msg_controllen = used;
    if used == 0 {
        header.msg_control = ptr::null_mut();
    }
}

/// Writes one control entry; returns the space it takes.
///
/// # Safety
/// `entry` points to enough zeroed control space for `T`.
unsafe fn put<T>(
    entry: *mut libc::cmsghdr,
    level: libc::c_int,
    kind: libc::c_int,
    data: T,
) -> usize {
    let size = libc::c_uint::try_from(size_of::<T>()).expect("a small struct");
    // SAFETY: by the contract above; CMSG_DATA need not be aligned for T.
    unsafe {
        (*entry).cmsg_level = level;
        (*entry).cmsg_type = kind;
        (*entry).cmsg_len = usize::try_from(libc::CMSG_LEN(size)).expect("small");
        libc::CMSG_DATA(entry).cast::<T>().write_unaligned(data);
        usize::try_from(libc::CMSG_SPACE(size)).expect("small")
    }
}

/// Segmentation is missing in old kernels (EINVAL) and on cards without checksums (EIO).
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EIO | libc::EINVAL | libc::EOPNOTSUPP))
}

/// Room for one read: buffers, addresses, control data.
pub(crate) struct Batch {
    bytes: Vec<u8>,
    names: Vec<libc::sockaddr_storage>,
    controls: Vec<[u64; CONTROL_WORDS]>,
    lengths: Vec<usize>,
    targets: Vec<Option<IpAddr>>,
}

impl Batch {
    pub(crate) fn new() -> Self {
        // SAFETY: an all-zero sockaddr_storage is valid: of no family.
        let nameless: libc::sockaddr_storage = unsafe { mem::zeroed() };
        Self {
            bytes: vec![0; BATCH * DATAGRAM_MAX],
            names: vec![nameless; BATCH],
            controls: vec![[0; CONTROL_WORDS]; BATCH],
            lengths: vec![0; BATCH],
            targets: vec![None; BATCH],
        }
    }

    /// Source, the local address it was sent to, and content; `None` if it was cut.
    pub(crate) fn datagram(&self, at: usize) -> Option<(SocketAddr, Option<IpAddr>, &[u8])> {
        let length = self.lengths[at];
        if length == 0 {
            return None;
        }
        let from = address(&self.names[at])?;
        let start = at * DATAGRAM_MAX;
        Some((from, self.targets[at], &self.bytes[start..start + length]))
    }

    fn receive(&mut self, fd: libc::c_int) -> usize {
        let mut vectors: Vec<libc::iovec> = self
            .bytes
            .chunks_exact_mut(DATAGRAM_MAX)
            .map(|chunk| libc::iovec { iov_base: chunk.as_mut_ptr().cast(), iov_len: chunk.len() })
            .collect();
        let mut messages: Vec<libc::mmsghdr> = Vec::with_capacity(BATCH);
        for (at, vector) in vectors.iter_mut().enumerate() {
            // SAFETY: an all-zero msghdr is a valid, empty one.
            let mut message: libc::mmsghdr = unsafe { mem::zeroed() };
            let header = &mut message.msg_hdr;
            header.msg_name = (&raw mut self.names[at]).cast();
            header.msg_namelen = socklen::<libc::sockaddr_storage>();
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_control = self.controls[at].as_mut_ptr().cast();
            header.msg_controllen = size_of_val(&self.controls[at]);
            messages.push(message);
        }
        let count = libc::c_uint::try_from(BATCH).expect("small");
        // SAFETY: each header points to buffers of this struct with their true sizes; they live
        // across the call and nothing else refers to them meanwhile.
        let n = unsafe {
            libc::recvmmsg(fd, messages.as_mut_ptr(), count, libc::MSG_DONTWAIT, ptr::null_mut())
        };
        let n = usize::try_from(n).unwrap_or(0);
        for (at, message) in messages[..n].iter().enumerate() {
            let is_cut = message.msg_hdr.msg_flags & libc::MSG_TRUNC != 0;
            self.lengths[at] =
                if is_cut { 0 } else { usize::try_from(message.msg_len).unwrap_or(0) };
            self.targets[at] = target(&message.msg_hdr);
        }
        n
    }
}

/// The local address that a datagram was sent to.
fn target(header: &libc::msghdr) -> Option<IpAddr> {
    // SAFETY: the kernel filled the control buffer and its length; the macros stay within it, and
    // the data is read unaligned and of the type that level and kind name.
    unsafe {
        let mut entry = libc::CMSG_FIRSTHDR(header);
        while let Some(control) = entry.as_ref() {
            match (control.cmsg_level, control.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info = libc::CMSG_DATA(entry).cast::<libc::in_pktinfo>().read_unaligned();
                    return Some(Ipv4Addr::from(info.ipi_addr.s_addr.to_ne_bytes()).into());
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info = libc::CMSG_DATA(entry).cast::<libc::in6_pktinfo>().read_unaligned();
                    return Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into());
                }
                _ => entry = libc::CMSG_NXTHDR(header, entry),
            }
        }
    }
    None
}

fn address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match libc::c_int::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: of this family it is a sockaddr_in, which storage has room and alignment for.
            let v4 = unsafe { &*ptr::from_ref(name).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(v4.sin_addr.s_addr.to_ne_bytes());
            Some(SocketAddr::new(ip.into(), u16::from_be(v4.sin_port)))
        }
        libc::AF_INET6 => {
            // SAFETY: as above, for sockaddr_in6.
            let v6 = unsafe { &*ptr::from_ref(name).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            Some(SocketAddr::new(ip.into(), u16::from_be(v6.sin6_port)))
        }
        _ => None,
    }
}

/// Asks for large buffers; past the system's limit where we are privileged. What is granted is
/// the operator's business (`plenary doctor`).
fn enlarge(udp: &UdpSocket) {
    let size = libc::c_int::try_from(BUFFER).expect("a few megabytes");
    let socket = SockRef::from(udp);
    if set_option(udp, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, size).is_err() {
        let _ = socket.set_recv_buffer_size(BUFFER);
    }
    if set_option(udp, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, size).is_err() {
        let _ = socket.set_send_buffer_size(BUFFER);
    }
}

fn set_option(
    udp: &UdpSocket,
    level: libc::c_int,
    name: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    let value_at = ptr::from_ref(&value).cast();
    // SAFETY: `value` lives across the call and its true size is given.
    let done = unsafe {
        libc::setsockopt(udp.as_raw_fd(), level, name, value_at, socklen::<libc::c_int>())
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn socklen<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).expect("a small struct")
}

/// The addresses of this host's running interfaces, without those of a single link.
pub(crate) fn local_addresses() -> io::Result<Vec<LocalAddress>> {
    let mut list: *mut libc::ifaddrs = ptr::null_mut();
    // SAFETY: getifaddrs writes a list to the pointer, or fails.
    if unsafe { libc::getifaddrs(&raw mut list) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let mut found = Vec::new();
    let mut next = list;
    // SAFETY: the list and all it points to are valid until freeifaddrs.
    while let Some(entry) = unsafe { next.as_ref() } {
        next = entry.ifa_next;
        let flags = libc::c_int::from_ne_bytes(entry.ifa_flags.to_ne_bytes());
        if entry.ifa_addr.is_null() || flags & libc::IFF_UP == 0 {
            continue;
        }
        // SAFETY: an address of an interface is as large as its family says, and `address` reads
        // no more than that: the reference is to a storage only in name.
        let ip = unsafe { interface_ip(entry.ifa_addr) };
        if let Some(ip) = ip.filter(|ip| !is_of_link(*ip)) {
            found.push(LocalAddress { ip, is_loopback: flags & libc::IFF_LOOPBACK != 0 });
        }
    }
    // SAFETY: the list came from getifaddrs and is not used any more.
    unsafe { libc::freeifaddrs(list) };
    Ok(found)
}

/// # Safety
/// `at` points to a socket address of its family's size.
unsafe fn interface_ip(at: *const libc::sockaddr) -> Option<IpAddr> {
    // SAFETY: by the contract above, the family may be read, and then as much as it names.
    unsafe {
        match libc::c_int::from((*at).sa_family) {
            libc::AF_INET => {
                let v4 = at.cast::<libc::sockaddr_in>().read_unaligned();
                Some(Ipv4Addr::from(v4.sin_addr.s_addr.to_ne_bytes()).into())
            }
            libc::AF_INET6 => {
                let v6 = at.cast::<libc::sockaddr_in6>().read_unaligned();
                Some(Ipv6Addr::from(v6.sin6_addr.s6_addr).into())
            }
            _ => None,
        }
    }
}

fn is_of_link(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Socket, UdpSocket) {
        let socket = Socket::open(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        let other = UdpSocket::bind("127.0.0.1:0").expect("a port");
        other.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
        (socket, other)
    }

    fn run(to: &UdpSocket, from: [u8; 4], bytes: usize, segment: usize) -> Run {
        let to = to.local_addr().expect("bound");
        Run { from: Some(IpAddr::from(from)), to, at: 0, bytes, segment }
    }

    #[test]
    fn a_run_arrives_as_datagrams() {
        let (socket, other) = pair();
        let arena: Vec<u8> = (0..=249).collect();

        let report = socket.send(&arena, &[run(&other, [127, 0, 0, 1], 250, 100)]);

        let mut buffer = [0; 300];
        let sizes: Vec<usize> =
            (0..3).map(|_| other.recv(&mut buffer).expect("a datagram")).collect();
        assert_eq!(sizes, [100, 100, 50]);
        assert_eq!(buffer[..50], arena[200..250]);
        assert_eq!(report.dropped, 0);
    }

    #[test]
    fn without_segmentation_the_same_datagrams_arrive() {
        let (socket, other) = pair();
        socket.has_segmentation.store(false, Ordering::Relaxed);

        let report = socket.send(&[7; 250], &[run(&other, [127, 0, 0, 1], 250, 100)]);

        let mut buffer = [0; 300];
        let sizes: Vec<usize> =
            (0..3).map(|_| other.recv(&mut buffer).expect("a datagram")).collect();
        assert_eq!((sizes, report.messages), (vec![100, 100, 50], 3));
    }

    #[test]
    fn a_datagram_is_read_with_both_addresses_and_answered_from_the_one_asked() {
        let socket = Socket::open(SocketAddr::from(([0, 0, 0, 0], 0))).expect("a port");
        let (_, other) = pair();
        let port = socket.port().expect("bound");
        other.send_to(b"hello", ("127.0.0.3", port)).expect("sent");

        socket.wait(Duration::from_secs(5));
        let mut batch = Batch::new();
        let n = socket.receive(&mut batch);
        let (from, to, bytes) = batch.datagram(0).expect("it is whole");

        assert_eq!(
            (n, from, to, bytes),
            (
                1,
                other.local_addr().expect("bound"),
                Some(IpAddr::from([127, 0, 0, 3])),
                &b"hello"[..]
            )
        );
        socket.send(b"hello", &[run(&other, [127, 0, 0, 3], 5, 5)]);
        let (_, source) = other.recv_from(&mut [0; 10]).expect("the answer");
        assert_eq!(source, SocketAddr::from(([127, 0, 0, 3], port)));
    }

    #[test]
    fn the_bell_ends_a_wait() {
        let (socket, _) = pair();
        socket.waker().wake();
        let before = std::time::Instant::now();

        socket.wait(Duration::from_secs(10));

        assert!(before.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn the_loopback_address_is_found() {
        let found = local_addresses().expect("a list");

        assert!(found.contains(&LocalAddress { ip: [127, 0, 0, 1].into(), is_loopback: true }));
    }

    #[test]
    fn buffers_are_larger_than_the_default() {
        let (socket, _) = pair();

        let size = SockRef::from(&socket.udp).recv_buffer_size().expect("readable");

        assert!(size > 208 * 1024, "{size}");
    }
}
