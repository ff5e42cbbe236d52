package dev.meshclient.realpeers;

import dev.meshclient.identity.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A directory that holds an identity as Kubernetes mounts a secret: links into a directory that is swapped as a whole. */
final class Mount {
    private final Path directory;
    private int version;

    Mount(Path directory, TestCertificates own, List<TestCertificates> trusted) throws IOException {
        this.directory = directory;
        swap(own, trusted);
        for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
            Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
        }
    }

    /** From now on it is another. */
    void swap(TestCertificates own, List<TestCertificates> trusted) throws IOException {
        Path data = Files.createDirectory(directory.resolve("..version-" + ++version));
        RealPeer.write(data, own, trusted);
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), data.getFileName());
        Files.move(
                link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    Path directory() {
        return directory;
    }
}
