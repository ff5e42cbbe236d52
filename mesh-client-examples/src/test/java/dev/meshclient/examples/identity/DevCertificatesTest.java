package dev.meshclient.examples.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevCertificatesTest {
    @TempDir
    private Path directory;

    private DevCertificates certificates;

    @BeforeEach
    void make() throws Exception {
        certificates = DevCertificates.in(directory, "dev.example", Duration.ofMinutes(10));
    }

    @Test
    void make_identities_that_a_mesh_takes() throws Exception {
        Svid orders = read(certificates.make("orders"));

        assertThat(orders.id()).hasToString("spiffe://dev.example/orders");
        assertThat(Duration.between(orders.notBefore(), orders.notAfter())).isEqualTo(Duration.ofMinutes(11));
        orders.leaf().verify(orders.authorities().get(0).getPublicKey());
        assertThat(Files.getPosixFilePermissions(directory.resolve("orders/tls.key")))
                .hasSize(2);
    }

    @Test
    void renew_leaves_under_the_same_root() throws Exception {
        Path home = certificates.make("orders");
        Svid before = read(home);
        certificates.renew();
        Svid after = read(home);

        assertThat(after.leaf()).isNotEqualTo(before.leaf());
        assertThat(after.trustsAs(before)).isTrue();
    }

    @Test
    void change_the_root_in_three_steps_over_restarts() throws Exception {
        Path home = certificates.make("orders");
        X509Certificate old = read(home).authorities().get(0);

        DevCertificates.main(new String[] {directory.toString(), "add-root"});
        Svid both = read(home);
        assertThat(both.authorities()).hasSize(2).contains(old);
        both.leaf().verify(old.getPublicKey());

        DevCertificates.main(new String[] {directory.toString(), "renew"});
        Svid renewed = read(home);
        X509Certificate next = renewed.authorities().get(1);
        renewed.leaf().verify(next.getPublicKey());
        assertThat(renewed.authorities()).hasSize(2);

        DevCertificates.main(new String[] {directory.toString(), "withdraw-old-roots"});
        assertThat(read(home).authorities()).containsExactly(next);

        DevCertificates.main(new String[] {directory.toString(), "make", "billing"});
        read(directory.resolve("billing")).leaf().verify(next.getPublicKey());
    }

    @Test
    void stay_in_the_trust_domain_that_they_began_in() throws Exception {
        Path other = directory.resolve("other");
        Path home =
                DevCertificates.in(other, "a.example", Duration.ofMinutes(10)).make("orders");
        for (String step : List.of("renew", "add-root", "renew", "withdraw-old-roots")) {
            DevCertificates.main(new String[] {other.toString(), step});
            assertThat(read(home).id()).hasToString("spiffe://a.example/orders");
        }
        DevCertificates.main(new String[] {other.toString(), "make", "billing"});
        assertThat(read(other.resolve("billing")).id()).hasToString("spiffe://a.example/billing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DevCertificates.in(other, "b.example", Duration.ofMinutes(10)))
                .withMessageContaining("has the trust domain a.example, not b.example");
    }

    @Test
    void go_on_only_where_they_began() {
        Path misspelt = directory.resolve("misspelt");
        for (String step : List.of("renew", "add-root", "withdraw-old-roots")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DevCertificates.main(new String[] {misspelt.toString(), step}))
                    .withMessageContaining("misspelt/ca holds no root");
        }
        assertThat(misspelt).doesNotExist();
    }

    @Test
    void keep_an_old_root_while_its_certificates_are_there() throws Exception {
        Path home = certificates.make("orders");
        certificates.addRoot();

        assertThatIllegalStateException()
                .isThrownBy(certificates::withdrawOldRoots)
                .withMessageContaining("renew first");
        assertThat(read(home).authorities()).hasSize(2);
    }

    @Test
    void say_how_they_are_used() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DevCertificates.main(new String[] {directory.toString()}))
                .withMessageContaining("usage: DevCertificates DIRECTORY make NAME...");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DevCertificates.main(new String[] {directory.toString(), "rotate"}))
                .withMessageContaining("'rotate' is not a command; use make, renew, add-root or withdraw-old-roots");
    }

    private static Svid read(Path home) throws IOException, InterruptedException {
        LinkedBlockingQueue<List<Object>> reported = new LinkedBlockingQueue<>();
        try (Closeable watch = MountedIdentity.at(home).watch(new WorkloadIdentity.Sink() {
            @Override
            public void deliver(Svid svid) {
                reported.add(List.of(svid));
            }

            @Override
            public void failed(IOException problem) {
                reported.add(List.of(problem));
            }
        })) {
            assertThat(watch).isNotNull();
            List<Object> first = reported.take();
            assertThat(first).isNotNull().first().isInstanceOf(Svid.class);
            return (Svid) first.get(0);
        }
    }
}
