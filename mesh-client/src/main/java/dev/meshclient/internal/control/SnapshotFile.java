package dev.meshclient.internal.control;

import dev.meshclient.internal.source.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file with the policy in force of one source. It is replaced as a whole, so several processes may share it: the last write
 * wins, and a reader sees one complete version. Readable by its owner only.
 */
final class SnapshotFile {
    private static final int NAME_LENGTH = 32;

    private final Path directory;
    private final Path file;

    /** @param source its {@code snapshotName()}; the file's name does not reveal it */
    SnapshotFile(Path directory, String source) {
        this.directory = directory;
        String name = Sha256.hex(source.getBytes(StandardCharsets.UTF_8));
        this.file = directory.resolve("policy-" + name.substring(0, NAME_LENGTH) + ".snapshot");
    }

    /** Null: there is none. */
    @Nullable
    Snapshot read() throws IOException {
        try {
            return SnapshotFormat.read(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    void write(Snapshot snapshot) throws IOException {
        Files.createDirectories(directory);
        // readable by its owner only
        Path temporary = Files.createTempFile(directory, file.getFileName().toString(), ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(SnapshotFormat.write(snapshot));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
