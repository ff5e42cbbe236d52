package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Thrown;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryPolicySourceTest {
    private final RecordingSink sink = new RecordingSink();

    private static MeshPolicy policy(int version) throws PolicyException {
        return PolicyCodec.read(document(version)).policy();
    }

    private static MeshPolicy illegal() throws PolicyException {
        MeshPolicy good = policy(1);
        Metadata m = good.metadata();
        return new MeshPolicy(
                m,
                "not a trust domain!",
                good.outboundTrafficPolicy(),
                List.of(),
                Map.of(),
                good.defaults(),
                good.services(),
                List.of());
    }

    @Test
    void a_policy_made_in_code_is_delivered_as_its_document_would_be() throws IOException {
        try (FastTime time = new FastTime(1)) {
            MemoryPolicySource source = PolicySource.of(policy(1));
            try (Closeable watch = source.watch(sink.at(time))) {
                assertThat(watch).isNotNull();
                source.update(policy(2));
                source.update(document(3));
                assertThat(sink.events()).containsExactly("v1", "v2", "v3");
            }
            source.update(policy(4));
            assertThat(sink.events()).hasSize(3);
        }
    }

    @Test
    void a_policy_that_no_document_may_say_is_refused_and_changes_nothing() throws IOException {
        MeshPolicy illegal = illegal();
        assertThatThrownBy(() -> PolicySource.of(illegal)).isInstanceOf(IllegalArgumentException.class);
        MemoryPolicySource source = PolicySource.of(policy(1));
        assertThatThrownBy(() -> source.update(illegal)).isInstanceOf(PolicyException.class);
        try (FastTime time = new FastTime(1);
                Closeable watch = source.watch(sink.at(time))) {
            assertThat(watch).isNotNull();
            assertThat(sink.events()).containsExactly("v1");
        }
    }

    private static String typo(int version) {
        return document(version).replaceFirst("\"services\"", "\"servicse\": {}, \"services\"");
    }

    @Test
    void an_unknown_field_is_an_error() throws IOException {
        assertThatThrownBy(() -> PolicySource.of(typo(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("servicse")
                .hasMessageContaining("did you mean services?");
        MemoryPolicySource source = PolicySource.of(document(1));
        assertThatThrownBy(() -> source.update(typo(2))).isInstanceOf(PolicyException.class);
        try (FastTime time = new FastTime(1);
                Closeable watch = source.watch(sink.at(time))) {
            assertThat(watch).isNotNull();
            assertThat(sink.events()).containsExactly("v1");
        }
    }

    @Test
    void a_lenient_source_ignores_an_unknown_field() throws IOException {
        MemoryPolicySource source = PolicySource.lenient(typo(1));
        try (FastTime time = new FastTime(1);
                Closeable watch = source.watch(sink.at(time))) {
            assertThat(watch).isNotNull();
            source.update(typo(2));
            assertThat(sink.events()).containsExactly("v1", "v2");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Thrown.class, names = "IO", mode = EnumSource.Mode.EXCLUDE) // which says that it is refused
    void whatever_a_sink_throws_the_next_one_gets_the_document(Thrown thrown) throws IOException {
        MemoryPolicySource source = PolicySource.of(policy(1));
        boolean[] broken = {false};
        for (int i = 0; i < 2; i++) {
            source.watch(new PolicySource.Sink() {
                @Override
                public void deliver(PolicyDocument document) {
                    if (broken[0]) {
                        throw thrown.now();
                    }
                }

                @Override
                public void failed(IOException problem) {}
            });
        }
        source.watch(sink);
        broken[0] = true;
        assertThatThrownBy(() -> source.update(policy(2))).hasToString(thrown.text());
        assertThat(sink.events()).containsExactly("v1", "v2");
    }

    @Test
    void a_sink_that_throws_in_watch_gets_no_later_document() throws IOException {
        MemoryPolicySource source = PolicySource.of(policy(1));
        int[] asked = {0};
        PolicySource.Sink throwing = new PolicySource.Sink() {
            @Override
            public void deliver(PolicyDocument document) {
                asked[0]++;
                throw new IllegalStateException("of the application");
            }

            @Override
            public void failed(IOException problem) {}
        };
        assertThatThrownBy(() -> source.watch(throwing)).hasMessage("of the application");
        source.update(policy(2));
        assertThat(asked[0]).isEqualTo(1);
    }

    /** The check completes the service account, which the policy in code does not state. */
    @Test
    void a_policy_in_code_may_state_a_trust_domain_and_be_changed_after_reading() throws IOException {
        MeshPolicy policy = policy(1).toBuilder()
                .trustDomain("shop.example")
                .service("slow", Service.builder().hosts("slow").build())
                .build();
        PolicySource.of(policy).watch(sink);
        MeshPolicy read = PolicyCodec.read(new String(PolicyCodec.write(policy), StandardCharsets.UTF_8))
                .policy();
        PolicySource.of(read.toBuilder()
                        .service("more", Service.builder().hosts("more").build())
                        .build())
                .watch(sink);
        assertThat(sink.events()).containsExactly("v1", "v1");
    }

    @Test
    void a_bad_service_in_code_refuses_the_policy_or_in_a_lenient_source_is_left_out() throws IOException {
        MeshPolicy policy = policy(2).toBuilder()
                .service("bad", Service.builder().hosts("http://bad").build())
                .build();
        MemoryPolicySource lenient = PolicySource.lenient(document(1));
        MemoryPolicySource strict = PolicySource.of(document(1));
        List<PolicyDocument> delivered = new ArrayList<>();
        RecordingSink recording = new RecordingSink() {
            @Override
            public void deliver(PolicyDocument document) {
                delivered.add(document);
            }
        };
        try (FastTime time = new FastTime(1);
                Closeable watch = lenient.watch(recording.at(time))) {
            assertThat(watch).isNotNull();
            lenient.update(policy);
        }

        assertThat(delivered).hasSize(2);
        assertThat(delivered.get(1).refused()).containsOnlyKeys("bad");
        assertThat(delivered.get(1).policy()).isEqualTo(policy(2));
        assertThatThrownBy(() -> strict.update(policy))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("services.bad.hosts[0]");
        assertThatThrownBy(() -> PolicySource.of(policy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("services.bad.hosts[0]");
    }
}
