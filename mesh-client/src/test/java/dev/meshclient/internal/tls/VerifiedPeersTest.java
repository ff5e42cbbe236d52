package dev.meshclient.internal.tls;

import static dev.meshclient.identity.TestCertificates.NOW;
import static dev.meshclient.identity.TestCertificates.START;
import static dev.meshclient.identity.TestCertificates.authority;
import static dev.meshclient.identity.TestCertificates.host;
import static dev.meshclient.identity.TestCertificates.svid;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.RecordingLogger;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.TrustBundles;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerifiedPeersTest {
    private static final String CHECKOUT = "spiffe://shop.example/checkout";
    private static final TestCertificates ROOT = TestCertificates.root("shop root");
    private static final TestCertificates FOREIGN = TestCertificates.root("foreign root");
    private static final Svid OWN =
            ROOT.issue(svid("spiffe://shop.example/orders")).svid(ROOT);

    private final StepTime time = new StepTime() {
        @Override
        public InstantSource wall() {
            return () -> {
                if (++looks == interruptedAt) {
                    interruption.run();
                }
                return NOW.plusNanos(now());
            };
        }

        @Override
        public void start(String name, Runnable task) {
            task.run();
        }
    };
    private final RecordingLogger log = new RecordingLogger();
    private WorkloadIdentity.@Nullable Sink sink;
    /** How often the wall clock was read. */
    private int looks;

    private int interruptedAt = -1;
    private Runnable interruption = () -> {};

    private final VerifiedPeers peers = peers(watched -> {
        sink = watched;
        watched.deliver(OWN);
        return () -> {};
    });

    private VerifiedPeers peers(WorkloadIdentity source) {
        return VerifiedPeers.of(live(time, source), time, log);
    }

    private static LiveIdentity live(Time time, WorkloadIdentity source) {
        return LiveIdentity.start(
                "identity",
                source,
                time,
                new LiveIdentity.News() {
                    @Override
                    public void rotated(LiveIdentity.Change change) {}

                    @Override
                    public void rejected(String source, IOException reason) {}

                    @Override
                    public void expiring(Svid svid, int percent) {}
                },
                first -> {});
    }

    private void deliver(Svid svid) {
        requireNonNull(sink).deliver(svid);
    }

    @Test
    void a_peer_of_an_authority_of_its_trust_domain_has_its_id() {
        assertThat(peers.id(ROOT.issue(svid(CHECKOUT)).presented())).isEqualTo(CHECKOUT);
        assertThat(log.lines()).isEmpty();
    }

    /** A server may admit it: by the authorities of a PKI that is not that of the mesh. */
    @Test
    void a_peer_of_any_other_authority_is_unknown_and_one_line_a_minute_says_why() {
        for (int i = 0; i < 3; i++) {
            assertThat(peers.id(FOREIGN.issue(svid(CHECKOUT).subject("CN=intruder\n" + i))
                            .presented()))
                    .isNull();
        }
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith("WARN a peer is unknown, since the mesh does not trust its certificate: the peer '")
                .contains(
                        "the peer '" + CHECKOUT + "' is not trusted",
                        "; its subject is 'CN=intruder",
                        "issued by 'CN=foreign root'",
                        "mesh.identity.federated",
                        "server.ssl.bundle=mesh",
                        "(no other since the last such line")
                .doesNotContain("\n"));
        time.step(Duration.ofMinutes(1).toNanos());
        peers.id(FOREIGN.issue(svid(CHECKOUT)).presented());
        assertThat(log.lines()).hasSize(2).last().asString().contains("(2 other(s) since the last such line");
    }

    @Test
    void authorities_of_the_mesh_vouch_for_their_own_trust_domain_only() {
        deliver(OWN.withBundles(TrustBundles.of(ROOT.bundle("shop.example"), FOREIGN.bundle("partner.example"))));
        assertThat(peers.id(
                        FOREIGN.issue(svid("spiffe://partner.example/billing")).presented()))
                .isEqualTo("spiffe://partner.example/billing");
        assertThat(peers.id(FOREIGN.issue(svid(CHECKOUT)).presented())).isNull();
        assertThat(peers.id(ROOT.issue(svid("spiffe://partner.example/billing")).presented()))
                .isNull();
    }

    @Test
    void a_certificate_that_claims_no_id_is_of_an_unknown_peer_without_a_line() {
        assertThat(peers.id()).isNull();
        assertThat(peers.id(FOREIGN.issue(host("checkout")).presented())).isNull();
        assertThat(peers.id(ROOT.issue(svid(CHECKOUT).uri("spiffe://shop.example/second"))
                        .presented()))
                .isNull();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void without_an_identity_every_peer_is_unknown_and_the_line_names_what_to_state() {
        X509Certificate[] peer = ROOT.issue(svid(CHECKOUT)).presented();
        assertThat(VerifiedPeers.of(null, time, log).id(peer)).isNull();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("this mesh has no identity", "mesh.identity.ssl-bundle");
    }

    @Test
    void a_peer_is_unknown_until_the_first_certificate_of_this_workload() {
        X509Certificate[] peer = ROOT.issue(svid(CHECKOUT)).presented();
        VerifiedPeers waiting = peers(watched -> {
            sink = watched;
            return () -> {};
        });
        assertThat(waiting.id(peer)).isNull();
        assertThat(log.lines()).singleElement().asString().contains("this mesh has no certificate yet");
        deliver(OWN);
        assertThat(waiting.id(peer)).isEqualTo(CHECKOUT);
    }

    @Test
    void after_a_rotation_each_certificate_is_verified_by_the_new_authorities() {
        X509Certificate[] before = ROOT.issue(svid(CHECKOUT)).presented();
        X509Certificate[] after = FOREIGN.issue(svid(CHECKOUT)).presented();
        assertThat(peers.id(before)).isEqualTo(CHECKOUT);
        assertThat(peers.id(after)).isNull();
        deliver(FOREIGN.issue(svid("spiffe://shop.example/orders")).svid(FOREIGN));
        assertThat(peers.id(before)).isNull();
        assertThat(peers.id(after)).isEqualTo(CHECKOUT);
    }

    @Test
    void an_id_ends_with_its_certificate() {
        X509Certificate[] peer =
                ROOT.issue(svid(CHECKOUT).valid(START, NOW.plusSeconds(60))).presented();
        assertThat(peers.id(peer)).isEqualTo(CHECKOUT);
        time.step(Duration.ofSeconds(60).toNanos());
        assertThat(peers.id(peer)).isEqualTo(CHECKOUT);
        time.step(1);
        assertThat(peers.id(peer)).isNull();
        assertThat(log.lines()).singleElement().asString().contains("its certificate has expired");
    }

    @Test
    void an_id_ends_with_the_authority_of_its_certificate() {
        TestCertificates early = ROOT.issue(authority("early").valid(START, NOW.plusSeconds(60)));
        deliver(ROOT.issue(svid("spiffe://shop.example/orders")).svid(early));
        X509Certificate leaf = early.issue(svid(CHECKOUT)).certificate();
        assertThat(peers.id(leaf)).isEqualTo(CHECKOUT);
        time.step(Duration.ofSeconds(61).toNanos());
        assertThat(peers.id(leaf)).isNull();
    }

    @Test
    void a_certificate_that_becomes_valid_is_verified_again() {
        X509Certificate[] peer = ROOT.issue(svid(CHECKOUT).valid(NOW.plusSeconds(10), NOW.plusSeconds(600)))
                .presented();
        assertThat(peers.id(peer)).isNull();
        time.step(Duration.ofSeconds(61).toNanos());
        assertThat(peers.id(peer)).isEqualTo(CHECKOUT);
    }

    /** Spring Security states the leaf alone. */
    @Test
    void an_accepted_certificate_is_known_without_its_issuers_and_a_refused_one_is_verified_with_others() {
        X509Certificate[] peer =
                ROOT.issue(authority("intermediate")).issue(svid(CHECKOUT)).presented();
        assertThat(peers.id(peer[0])).as("no path").isNull();
        assertThat(peers.id(peer)).isEqualTo(CHECKOUT);
        assertThat(peers.id(peer[0])).isEqualTo(CHECKOUT);
    }

    /** One look at the clock tells whether a result still counts; a verification looks again. */
    @Test
    void each_certificate_is_verified_once() {
        X509Certificate[] accepted = ROOT.issue(svid(CHECKOUT)).presented();
        X509Certificate[] refused = FOREIGN.issue(svid(CHECKOUT)).presented();
        peers.id(accepted);
        peers.id(refused);
        int before = looks;
        for (int i = 0; i < 100; i++) {
            assertThat(peers.id(accepted)).isEqualTo(CHECKOUT);
            assertThat(peers.id(refused)).isNull();
        }
        assertThat(looks - before).isEqualTo(200);
    }

    @Test
    void a_renewal_with_the_same_trust_keeps_each_result() {
        X509Certificate[] accepted =
                ROOT.issue(authority("intermediate")).issue(svid(CHECKOUT)).presented();
        X509Certificate[] refused = FOREIGN.issue(svid(CHECKOUT)).presented();
        peers.id(accepted);
        peers.id(refused);
        deliver(ROOT.issue(svid("spiffe://shop.example/orders")).svid(ROOT));
        int before = looks;
        assertThat(peers.id(accepted[0])).isEqualTo(CHECKOUT);
        assertThat(peers.id(accepted)).isEqualTo(CHECKOUT);
        assertThat(peers.id(refused)).isNull();
        assertThat(looks - before).as("nothing is verified again").isEqualTo(3);
    }

    @Test
    void after_a_rotation_of_trust_a_leaf_alone_is_verified_with_the_issuers_that_it_had() {
        X509Certificate[] peer =
                ROOT.issue(authority("intermediate")).issue(svid(CHECKOUT)).presented();
        peers.id(peer);
        deliver(FOREIGN.issue(svid("spiffe://shop.example/orders")).svid(FOREIGN));
        assertThat(peers.id(peer[0])).isNull();
        deliver(ROOT.issue(svid("spiffe://shop.example/orders")).svid(ROOT, FOREIGN));
        assertThat(peers.id(peer[0])).isEqualTo(CHECKOUT);
    }

    @Test
    void a_refusal_of_the_leaf_alone_never_replaces_an_accepted_chain() {
        X509Certificate[] peer =
                ROOT.issue(authority("intermediate")).issue(svid(CHECKOUT)).presented();
        interruptedAt = looks + 2; // while the leaf alone is verified
        interruption = () -> assertThat(peers.id(peer)).isEqualTo(CHECKOUT);
        peers.id(peer[0]);
        assertThat(peers.id(peer[0])).isEqualTo(CHECKOUT);
    }

    @Test
    void a_certificate_without_an_id_takes_no_place() {
        peers.id(FOREIGN.issue(host("checkout")).presented());
        assertThat(peers.size()).isZero();
    }

    @Test
    void more_than_a_thousand_clients_are_verified_once() {
        X509Certificate[] clients = new X509Certificate[1010];
        Arrays.setAll(clients, i -> ROOT.issue(svid(CHECKOUT)).certificate());
        for (X509Certificate client : clients) {
            peers.id(client);
        }
        int before = looks;
        for (X509Certificate client : clients) {
            assertThat(peers.id(client)).isEqualTo(CHECKOUT);
        }
        assertThat(looks - before).isEqualTo(clients.length);
    }

    @Test
    void the_line_of_an_expired_certificate_has_the_reason_first_and_no_advice_about_authorities() {
        peers.id(ROOT.issue(svid(CHECKOUT).valid(START, START.plusSeconds(60))).presented());
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith("WARN a peer is unknown, since the mesh does not trust its certificate: the peer '"
                        + CHECKOUT + "' is not trusted: its certificate has expired")
                .contains("'CN=workload'")
                .doesNotContain("authority", "federated"));
    }

    @Test
    void the_line_of_a_certificate_that_breaks_a_rule_has_no_advice_about_authorities() {
        peers.id(ROOT.issue(svid(CHECKOUT).ca()).presented());
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith(
                        "WARN a peer is unknown, since the mesh does not trust its certificate: the certificate of '"
                                + CHECKOUT + "' is no X.509-SVID: it is a CA certificate")
                .doesNotContain("federated"));
    }

    @Test
    void the_line_of_an_unknown_trust_domain_advises_about_authorities() {
        peers.id(FOREIGN.issue(svid("spiffe://partner.example/billing")).presented());
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("of which there is no bundle", "mesh.identity.federated");
    }

    @Test
    void an_authority_of_the_same_name_with_another_key_is_not_of_the_mesh_which_the_line_advises_about() {
        peers.id(TestCertificates.root("shop root").issue(svid(CHECKOUT)).presented());
        assertThat(log.lines()).singleElement().asString().contains("is not trusted", "mesh.identity.federated");
    }

    @Test
    void a_long_subject_never_hides_the_reason() {
        peers.id(FOREIGN.issue(svid(CHECKOUT).subject("CN=x" + ",OU=unit".repeat(500)))
                .presented());
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                .contains("issued by 'CN=foreign root'", "'OU=unit", "mesh.identity.federated")
                .hasSizeLessThan(1400));
    }

    @Test
    void the_results_of_refused_ones_are_bounded_apart() {
        X509Certificate[] accepted = ROOT.issue(svid(CHECKOUT)).presented();
        peers.id(accepted);
        X509Certificate[] roots = new X509Certificate[34];
        Arrays.setAll(roots, i -> TestCertificates.root("root " + i).certificate());
        for (int i = 0; i < 34; i++) {
            X509Certificate leaf = FOREIGN.issue(svid(CHECKOUT)).certificate();
            for (X509Certificate root : roots) {
                assertThat(peers.id(leaf, root)).isNull();
            }
        }
        assertThat(peers.size()).isBetween(2, 1001);
        int before = looks;
        assertThat(peers.id(accepted)).isEqualTo(CHECKOUT);
        assertThat(looks - before)
                .as("refused ones never take the place of accepted ones")
                .isEqualTo(1);
    }
}
