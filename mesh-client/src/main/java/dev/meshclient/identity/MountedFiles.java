package dev.meshclient.identity;

import dev.meshclient.internal.pem.PemText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads and parses the files of an identity. */
final class MountedFiles {
    /** A bundle of a thousand authorities is smaller. */
    private static final int MAX_BYTES = 4 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final Path directory;
    private final @Nullable Layout named;
    private final @Nullable Supplier<char[]> keyPassword;
    private final List<MountedIdentity.Federated> federated;

    MountedFiles(
            Path directory,
            @Nullable Layout named,
            @Nullable Supplier<char[]> keyPassword,
            List<MountedIdentity.Federated> federated) {
        this.directory = directory;
        this.named = named;
        this.keyPassword = keyPassword;
        this.federated = federated;
    }

    /**
     * The content of all files at one time.
     *
     * @param bundle null if there is none
     * @param federated by trust domain
     */
    record Contents(
            Path certificates, Path key, @Nullable Path bundle, Map<String, Path> federated, Map<Path, String> texts) {
        String text(Path file) {
            return texts.getOrDefault(file, "");
        }

        /** Never shows the content. */
        @Override
        public String toString() {
            return texts.keySet().toString();
        }
    }

    /** The directories to watch: a symbolic link beside a file may replace it. */
    Set<Path> directories() {
        Set<Path> directories = new LinkedHashSet<>();
        directories.add(directory);
        if (named != null) {
            addParent(directories, directory.resolve(named.certificates()));
            addParent(directories, directory.resolve(named.key()));
            named.bundles().forEach(name -> addParent(directories, directory.resolve(name)));
        }
        for (MountedIdentity.Federated other : federated) {
            if (other.trustDomain() == null) {
                directories.add(other.file());
            } else {
                addParent(directories, other.file());
            }
        }
        return directories;
    }

    private static void addParent(Set<Path> directories, Path file) {
        Path parent = file.getParent();
        if (parent != null) {
            directories.add(parent);
        }
    }

    /** Reads all files without parsing them. */
    Contents read() throws IOException {
        Layout layout = layout();
        Path certificates = directory.resolve(layout.certificates());
        Path key = directory.resolve(layout.key());
        Path bundle = layout.bundleIn(directory);
        Map<String, Path> others = federated();
        List<Path> files = new ArrayList<>(List.of(certificates, key));
        if (bundle != null) {
            files.add(bundle);
        }
        files.addAll(others.values());
        Map<Path, String> texts = new LinkedHashMap<>();
        for (Path file : files) {
            texts.put(file, text(file));
        }
        return new Contents(certificates, key, bundle, others, texts);
    }

    private Layout layout() throws IOException {
        if (named != null) {
            return named;
        }
        for (Layout layout : Layout.KNOWN) {
            if (layout.isIn(directory)) {
                return layout;
            }
        }
        throw new IOException(
                "there is no certificate in " + directory
                        + (Files.isDirectory(directory) ? "" : ", which is no directory") + "; looked for is one of "
                        + Layout.KNOWN
                        + ", other names are set by withFiles(...), in Spring Boot by certificate and private-key beside directory");
    }

    private Map<String, Path> federated() throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        for (MountedIdentity.Federated other : federated) {
            if (other.trustDomain() != null) {
                put(files, other.trustDomain(), other.file());
                continue;
            }
            Set<Path> sorted = new TreeSet<>();
            try (DirectoryStream<Path> found = Files.newDirectoryStream(other.file(), "*.{pem,json}")) {
                found.forEach(sorted::add);
            } catch (IOException e) {
                throw new IOException(
                        "the federated bundles in " + other.file() + " cannot be listed: " + reason(e), e);
            }
            for (Path file : sorted) {
                String name = String.valueOf(file.getFileName());
                put(files, name.substring(0, name.lastIndexOf('.')), file);
            }
        }
        return files;
    }

    private static void put(Map<String, Path> files, String trustDomain, Path file) throws IOException {
        Path other = files.putIfAbsent(trustDomain, file);
        if (other != null) {
            throw new IOException(
                    "trust domain '" + trustDomain + "' has two federated bundles, " + other + " and " + file);
        }
    }

    private static String text(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + reason(e), e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException(file + " is longer than " + MAX_BYTES + " bytes, it is not read");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "it does not exist"
                : e instanceof AccessDeniedException ? "permission denied" : e.toString();
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    /** The parsed identity, if the files fit together. */
    Svid understand(Contents contents) throws CertificateException {
        List<X509Certificate> chain =
                PemText.certificates(contents.text(contents.certificates), contents.certificates.toString());
        PrivateKey key = key(contents);
        Svid svid;
        try {
            svid = Svid.of(chain, key, List.of());
        } catch (CertificateException e) {
            throw new CertificateException(contents.certificates + " with " + contents.key + ": " + e.getMessage(), e);
        }
        SpiffeId id = svid.id();
        List<TrustBundle> bundles = new ArrayList<>();
        if (contents.bundle != null) {
            bundles.add(bundle(contents, contents.bundle, id == null ? "unnamed" : id.trustDomain()));
        }
        if (id == null) { // the bundle does not belong to a trust domain
            svid = Svid.of(
                    chain,
                    key,
                    bundles.isEmpty() ? List.of() : bundles.remove(0).x509Authorities());
        }
        for (Map.Entry<String, Path> other : contents.federated.entrySet()) {
            bundles.add(bundle(contents, other.getValue(), other.getKey()));
        }
        try {
            return svid.withBundles(TrustBundles.of(bundles));
        } catch (IllegalArgumentException e) {
            throw new CertificateException(
                    "the bundle files " + contents.bundle + " and " + contents.federated.values() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static TrustBundle bundle(Contents contents, Path file, String trustDomain) throws CertificateException {
        String text = contents.text(file);
        try {
            return text.stripLeading().startsWith("{")
                    ? TrustBundle.fromSpiffeJwks(trustDomain, text)
                    : TrustBundle.of(trustDomain, PemText.certificates(text, "it"));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new CertificateException(file + ": " + e.getMessage(), e);
        }
    }

    private PrivateKey key(Contents contents) throws CertificateException {
        char[] password = keyPassword == null ? null : keyPassword.get();
        try {
            return PemKeys.privateKey(contents.text(contents.key), password, contents.key.toString());
        } finally {
            if (password != null) {
                Arrays.fill(password, '\0');
            }
        }
    }
}
