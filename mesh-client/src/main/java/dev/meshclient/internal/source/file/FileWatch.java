package dev.meshclient.internal.source.file;

import dev.meshclient.internal.files.Debounce;
import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.source.DocumentIntake;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Subscription;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Watches one file. After any event in its directory, and a tick without further events, the file is read: a symbolic link
 * beside it may have been replaced. It is also read periodically, because some file systems lose events.
 */
public final class FileWatch implements Subscription.Watched {
    private static final long TICK_NANOS = 100_000_000L;
    private static final long RECHECK_NANOS = 10_000_000_000L;
    private static final long UNWATCHED_RECHECK_NANOS = 1_000_000_000L;

    private final Path file;
    private final DirectoryEvents directory;
    private final Time time;
    private final Debounce debounce = new Debounce();
    private final DocumentIntake intake;
    private long nextCheck;
    private final LogThrottle problems = new LogThrottle(Time.NEVER);

    public FileWatch(Path file, DirectoryEvents directory, DocumentSink sink) {
        this.file = file;
        this.directory = directory;
        this.time = sink.time();
        this.intake = new DocumentIntake(
                PolicyCodec.DEFAULT_MAX_BYTES, time.wall(), sink.memory().own(time.now()));
    }

    @Override
    public long look(DocumentSink sink) {
        boolean due = debounce.isDue(directory.stirred());
        long now = time.now();
        if (now >= nextCheck) {
            nextCheck = now + (directory.register() ? RECHECK_NANOS : UNWATCHED_RECHECK_NANOS);
            due = true;
        }
        if (due) {
            check(sink);
        }
        return TICK_NANOS;
    }

    private void check(DocumentSink sink) {
        byte[] json;
        try {
            json = read();
        } catch (NoSuchFileException e) {
            failOnce("policy file " + file + " does not exist; it is read when it appears", e, sink);
            return;
        } catch (IOException e) {
            failOnce("policy file " + file + " cannot be read: " + e, e, sink);
            return;
        }
        problems.reset();
        intake.take(json, null, "policy file " + file, sink);
    }

    /** Reads one byte more than the limit: enough to refuse the file. */
    private byte[] read() throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("it is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes((int) PolicyCodec.DEFAULT_MAX_BYTES + 1);
        }
    }

    private void failOnce(String problem, IOException cause, DocumentSink sink) {
        if (problems.allows(problem, time.now())) {
            sink.failed(new IOException(problem, cause));
        }
    }

    /** A look never blocks. */
    @Override
    public void cancel() {}

    @Override
    public void release() {
        directory.close();
    }
}
