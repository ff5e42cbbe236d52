package dev.meshclient.identity;

import dev.meshclient.internal.files.Debounce;
import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.cert.CertificateException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the files of an identity. After any event in their directories, and a tick without further events, the files are
 * read; they are also read periodically, because some file systems lose events. Content found without an event may be half
 * written, and a bundle that ends between two certificates is valid: such content is accepted if it is the same a tick later.
 */
final class MountedWatch implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.identity");
    private static final long TICK_NANOS = 100_000_000L;
    private static final long RECHECK_NANOS = 10_000_000_000L;
    private static final long UNWATCHED_RECHECK_NANOS = 1_000_000_000L;

    private final Time time;
    private final MountedFiles files;
    private final List<DirectoryEvents> directories;
    private final WorkloadIdentity.Sink sink;
    private final Debounce debounce = new Debounce();
    private final Signal signal;
    private long nextCheck;
    private MountedFiles.@Nullable Contents understood;

    /** Content that was found without an event and not delivered yet; null if there is none. */
    private MountedFiles.@Nullable Contents unsettled;

    private String lastProblem = "";
    private volatile boolean closed;

    private MountedWatch(Time time, MountedFiles files, List<DirectoryEvents> directories, WorkloadIdentity.Sink sink) {
        this.time = time;
        this.files = files;
        this.directories = directories;
        this.sink = sink;
        this.signal = time.signal("identity-files");
    }

    static MountedWatch start(
            Time time, MountedFiles files, List<DirectoryEvents> directories, WorkloadIdentity.Sink sink) {
        MountedWatch watch = new MountedWatch(time, files, directories, sink);
        time.start("identity-files", watch::run);
        return watch;
    }

    private void run() {
        try {
            while (!closed) {
                look();
                long until = time.now() + TICK_NANOS;
                while (!closed && time.now() < until) {
                    signal.await(until);
                }
            }
        } catch (InterruptedIOException e) {
            LOG.debug("the watch of {} ends, its thread was interrupted", files);
        } finally {
            directories.forEach(DirectoryEvents::close);
        }
    }

    /** Polls all directories: an event that is left unread would be reported late. */
    private void look() {
        boolean stirred = false;
        for (DirectoryEvents directory : directories) {
            stirred |= directory.stirred();
        }
        boolean rested = debounce.isDue(stirred);
        if (stirred) {
            unsettled = null;
        }
        boolean due = rested || unsettled != null;
        long now = time.now();
        if (now >= nextCheck) {
            boolean watched = true;
            for (DirectoryEvents directory : directories) {
                watched &= directory.register();
            }
            nextCheck = now + (watched ? RECHECK_NANOS : UNWATCHED_RECHECK_NANOS);
            due = true;
        }
        if (due) {
            check(rested);
        }
    }

    /** @param rested whether events led to this check and have stopped */
    private void check(boolean rested) {
        MountedFiles.Contents before = unsettled;
        unsettled = null;
        try {
            MountedFiles.Contents contents = files.read();
            boolean same = contents.equals(understood);
            if (same && lastProblem.isEmpty()) {
                return;
            }
            if (!rested && !same && understood != null && !contents.equals(before)) {
                unsettled = contents;
                return;
            }
            Svid svid = files.understand(contents);
            understood = contents;
            lastProblem = "";
            sink.deliver(svid);
        } catch (IOException e) {
            reportOnce(e);
        } catch (CertificateException e) {
            reportOnce(new IOException(e.getMessage(), e));
        } catch (Throwable e) { // Kotlin may throw any; this is the only thread that could deliver the next certificate
            Interrupts.keep(e);
            reportOnce(new IOException("the files of " + files + " could not be taken: " + e, e));
        }
    }

    private void reportOnce(IOException problem) {
        String message = String.valueOf(problem.getMessage());
        if (!message.equals(lastProblem)) {
            lastProblem = message;
            try {
                sink.failed(problem);
            } catch (Throwable e) { // Kotlin may throw any; likewise
                Interrupts.keep(e);
                LOG.warn("a sink failed to take a problem of {}: {}", files, message, e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        signal.raise();
    }
}
