package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Mesh;
import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.tls.ServerTls;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.EncryptedPrivateKeyInfo;
import okhttp3.tls.HeldCertificate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuilderMethodsTest {
    private static final Duration NEGATIVE = Duration.ofSeconds(-1);

    @TempDir
    Path directory;

    @Test
    void messages_of_the_mesh_name_properties() throws Exception {
        Path encrypted = Files.createDirectory(directory.resolve("encrypted"));
        String certificate = new HeldCertificate.Builder().build().certificatePem();
        Files.writeString(encrypted.resolve("tls.crt"), certificate);
        Files.writeString(encrypted.resolve("ca.crt"), certificate);
        Files.writeString(encrypted.resolve("tls.key"), encryptedKey());
        Map<String, ThrowingCallable> refusals = new LinkedHashMap<>();
        refusals.put("claim takes", () -> Mesh.builder().claim("a b"));
        refusals.put("PolicySource.http", () -> PolicySource.http(URI.create("orders")));
        refusals.put("PolicySource.file(Path)", () -> PolicySource.http(URI.create("file:///policy.json")));
        refusals.put("PolicySource.file", () -> PolicySource.file(Path.of("/")));
        refusals.put(
                "bearerToken(file) or client(..)", () -> PolicySource.http(URI.create("http://me:secret@registry")));
        refusals.put("initialFetchTimeout", () -> Mesh.builder().initialFetchTimeout(NEGATIVE));
        refusals.put("staleTtl", () -> Mesh.builder().staleTtl(NEGATIVE));
        refusals.put("drainTimeout", () -> Mesh.builder().drainTimeout(NEGATIVE));
        refusals.put("withKeyPassword(...)", () -> present(encrypted));
        refusals.put("withFiles(...)", () -> present(directory));

        assertThat(refusals).containsOnlyKeys(BuilderMethods.PROPERTIES.keySet());
        refusals.forEach((method, refusal) -> {
            String message = String.valueOf(catchThrowable(refusal).getMessage());
            assertThat(message).contains(method);
            MeshConfigurationException printed = new MeshConfigurationException(message, "Correct it.");
            assertThat(printed.description()).doesNotContain(method).contains(BuilderMethods.PROPERTIES.get(method));
            assertThat(printed).hasMessageStartingWith(printed.description());
        });
    }

    private static String encryptedKey() throws Exception {
        byte[] key = new EncryptedPrivateKeyInfo("PBEWithSHA1AndDESede", new byte[64]).getEncoded();
        return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key) + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
    }

    private static void present(Path directory) throws Exception {
        try (ServerTls tls = ServerTls.of(MountedIdentity.at(directory))) {
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> !String.valueOf(catchThrowable(tls::identity).getMessage())
                            .contains("has not delivered any"));
            tls.identity();
        }
    }

    @Test
    void the_properties_exist() {
        BuilderMethods.PROPERTIES.values().forEach(text -> assertThat(Pattern.compile("mesh[.][a-z.-]+")
                        .matcher(text)
                        .results()
                        .map(MatchResult::group))
                .isNotEmpty()
                .allSatisfy(property -> assertThat(KnownProperties.ALL)
                        .anyMatch(known -> known.replace(".**", "").equals(property))));
    }
}
