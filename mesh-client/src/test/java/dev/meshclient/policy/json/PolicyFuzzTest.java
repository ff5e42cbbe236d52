package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.Service;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing but a {@link PolicyException} comes out of any bytes. */
class PolicyFuzzTest {
    private static final int DOCUMENTS = 3000;
    private static final List<String> TOKENS = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "null",
            "true",
            "-0",
            "1e999999999",
            "-1E-999999999",
            "0.1",
            "9".repeat(400),
            "\"services\"",
            "\"hosts\"",
            "\"*\"",
            "\"(((\"",
            "\n",
            "\u2028",
            "[[[[[[[[",
            "{\"a\":{\"a\":",
            "\"retry\":{}",
            "\"resolution\":\"NONE\",",
            "\"x-\":",
            "\uFEFF",
            "//",
            "'");

    /** Reads it both ways; true if it was accepted. */
    private static boolean survives(byte[] document) {
        boolean accepted = accepts(() -> PolicyCodec.read(document));
        boolean strictly = accepts(() -> PolicyCodec.readStrict(document));
        assertThat(accepted || !strictly)
                .as("what the strict reader accepts, the other does")
                .isTrue();
        return accepted;
    }

    private interface Reading {
        PolicyDocument read() throws PolicyException;
    }

    private static boolean accepts(Reading reading) {
        try {
            PolicyDocument document = reading.read();
            if (document.refused().isEmpty()) { // else a service may send calls to one that is refused, and only kept
                assertThat(PolicyCodec.write(document.policy())).isNotEmpty();
            }
            return true;
        } catch (PolicyException e) {
            assertThat(e.problems()).isNotEmpty();
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    @Test
    void bytes_that_are_changed_at_random_are_accepted_or_refused() {
        Random random = new Random(42);
        List<byte[]> good =
                Fixtures.corpus("good").stream().map(Fixtures::bytes).toList();
        int accepted = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] document = good.get(random.nextInt(good.size())).clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                document[random.nextInt(document.length)] = (byte) random.nextInt(256);
            }
            accepted += survives(document) ? 1 : 0;
        }
        assertThat(accepted).isBetween(DOCUMENTS / 100, DOCUMENTS - DOCUMENTS / 100);
    }

    @Test
    void pieces_that_are_cut_doubled_and_thrown_in_are_accepted_or_refused() {
        Random random = new Random(43);
        List<String> good = Fixtures.corpus("good").stream()
                .map(file -> new String(Fixtures.bytes(file), StandardCharsets.UTF_8))
                .toList();
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder document = new StringBuilder(good.get(random.nextInt(good.size())));
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int from = random.nextInt(document.length());
                int to = Math.min(document.length(), from + random.nextInt(40));
                switch (random.nextInt(3)) {
                    case 0 -> document.delete(from, Math.min(to, from + document.length() - 1));
                    case 1 -> document.insert(from, document.substring(from, to));
                    default -> document.insert(from, TOKENS.get(random.nextInt(TOKENS.size())));
                }
            }
            survives(Fixtures.utf8(document.toString()));
        }
    }

    @Test
    void tokens_in_any_order_are_refused() {
        Random random = new Random(44);
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder document = new StringBuilder();
            for (int tokens = random.nextInt(60); tokens > 0; tokens--) {
                document.append(TOKENS.get(random.nextInt(TOKENS.size())));
            }
            assertThat(survives(Fixtures.utf8(document.toString()))).isFalse();
        }
    }

    @Test
    void random_bytes_are_refused() {
        Random random = new Random(45);
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] document = new byte[random.nextInt(64)];
            random.nextBytes(document);
            assertThat(survives(document)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[{\"a\":"})
    void endless_nesting_is_refused(String level) {
        assertThatThrownBy(() -> PolicyCodec.read(level.repeat(300_000)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("200 levels");
    }

    @Test
    void nesting_is_legal_up_to_200_levels() throws Exception {
        String legal = Fixtures.document("'services': {}, 'x-deep': " + "[".repeat(199) + "]".repeat(199));
        assertThat(PolicyCodec.readStrict(Fixtures.utf8(legal)).unknownFields()).isEmpty();
    }

    @Test
    void more_than_16_mib_is_refused_before_it_is_looked_at() {
        assertThatThrownBy(() -> PolicyCodec.read(new byte[(16 << 20) + 1]))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("16777217 bytes (legal: at most 16777216 bytes)");
    }

    @Test
    void a_million_problems_are_counted_and_a_thousand_of_them_listed() throws Exception {
        String hosts = "1,".repeat(255) + "1";
        String service = "{'hosts': [" + hosts + "]}";
        StringBuilder services = new StringBuilder("'s': " + service);
        for (int i = 0; i < 100; i++) {
            services.append(", 's").append(i).append("': ").append(service);
        }
        byte[] document = Fixtures.utf8(Fixtures.services(services + ", 'good': {'hosts': ['good']}"));
        PolicyDocument taken = PolicyCodec.read(document);
        assertThat(taken.policy().services()).containsOnlyKeys("good");
        assertThat(taken.refused()).hasSize(101);
        assertThat(taken.refused().get("s99")).isNotNull().satisfies(s -> assertThat(s.problems())
                .containsExactly(
                        PolicyProblem.at("services.s99", "256 further problems", "see those that are listed", 0)));
        assertThatThrownBy(() -> PolicyCodec.readStrict(document)).isInstanceOfSatisfying(PolicyException.class, e -> {
            assertThat(e.problems()).hasSize(1001);
            assertThat(e.problems().get(1000).value()).isEqualTo(101 * 256 - 1000 + " further problems");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'services': {'a': {'hosts': ['a'], 'endpoints': [%s]}} | {'address': '10.0.0.1', 'port': '80'} | 1",
                "'services': {'a': {'hosts': ['a'], 'endpoints': [%s]}} | {'address': '10.0.0.1', 'port': 80, 'locality': 1} | 1",
                "'services': {'a': {'hosts': ['a']}}, 'clusters': [%s] | {'name': 1, 'priority': '1'} | 2",
            })
    void each_wrong_value_counts_once_among_those_that_are_not_listed(String document, String item, int wrong) {
        String fields = document.formatted(String.join(",", Collections.nCopies(1500, item)));

        assertThat(PolicyCodec.lint(Fixtures.utf8(Fixtures.document(fields))))
                .hasSize(1001)
                .last()
                .satisfies(last -> assertThat(last.value()).isEqualTo(1500 * wrong - 1000 + " further problems"));
    }

    @Test
    void a_hundred_thousand_endpoints_are_legal_and_one_more_is_not() throws Exception {
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            endpoints
                    .append(i == 0 ? "" : ",")
                    .append("{'address':'10.")
                    .append(i >> 16)
                    .append('.');
            endpoints.append(i >> 8 & 255).append('.').append(i & 255).append("','port':80}");
        }
        String service = "'orders': {'hosts': ['orders'], 'endpoints': [%s]}";

        assertThat(PolicyCodec.read(Fixtures.services(service.formatted(endpoints)))
                        .policy()
                        .services()
                        .get("orders"))
                .extracting(Service::endpoints)
                .satisfies(all -> assertThat(all).hasSize(100_000));

        endpoints.append(",{'address':'10.9.0.1','port':80}");
        assertThatThrownBy(() -> PolicyCodec.readStrict(Fixtures.utf8(Fixtures.services(service.formatted(endpoints)))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("services.orders.endpoints: 100001 items (legal: an array of 0 to 100000 items)");
    }
}
