package dev.meshclient.registry;

import java.io.IOException;
import java.net.URI;
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
 * The file that keeps the document of one source. It is replaced as a whole, so several processes may share it: the last one
 * to write wins, and who reads sees one of them. Only its owner may read it.
 */
final class SnapshotFile {
    private static final int NAME_LENGTH = 32;

    private final Path directory;
    private final Path file;

    /** @param source what its document is read from, query included; it is not readable in the name */
    SnapshotFile(Path directory, URI source) {
        this.directory = directory;
        String name = Sha256.hex(source.toString().getBytes(StandardCharsets.UTF_8));
        this.file = directory.resolve("policy-" + name.substring(0, NAME_LENGTH) + ".snapshot");
    }

    /** Null: there is none. */
    @Nullable
    Snapshot read() throws IOException {
        try {
            return Snapshot.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    void write(Snapshot snapshot) throws IOException {
        Files.createDirectories(directory);
        Path temporary = Files.createTempFile(directory, file.getFileName().toString(), ".tmp"); // its owner's only
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(snapshot.toBytes());
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
