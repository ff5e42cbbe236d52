package dev.meshclient.internal.files;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events in a directory, as far as its file system reports them. Never waits. */
public final class DirectoryEvents {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");

    private final Path directory;
    private @Nullable WatchService service;
    private @Nullable WatchKey key;

    public DirectoryEvents(Path directory) {
        this.directory = directory;
    }

    /** Registers for events. Called again from time to time: another directory may have taken the name. */
    public boolean register() {
        WatchKey before = key;
        try {
            WatchService watches = service;
            if (watches == null) {
                watches = directory.getFileSystem().newWatchService();
                service = watches;
            }
            key = directory.register(watches, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("no events of {}, it is looked at each second: {}", directory, e.toString());
            key = null;
        }
        if (before != null && before != key) {
            before.cancel();
        }
        return key != null;
    }

    /** Whether there was an event since the last call. */
    public boolean stirred() {
        boolean any = false;
        WatchService watches = service;
        if (watches != null) {
            for (WatchKey key = watches.poll(); key != null; key = watches.poll()) {
                any = true;
                key.pollEvents();
                key.reset();
            }
        }
        return any;
    }

    public void close() {
        WatchService watches = service;
        if (watches != null) {
            try {
                watches.close();
            } catch (IOException e) {
                LOG.debug("the watch of {} did not close: {}", directory, e.toString());
            }
        }
    }
}
