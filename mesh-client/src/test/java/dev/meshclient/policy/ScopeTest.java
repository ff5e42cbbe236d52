package dev.meshclient.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The services and settings that a document covers. */
class ScopeTest {
    @ParameterizedTest
    @CsvSource({
        "orders, true",
        "orders.svc.cluster.local, true",
        "with_underscore, true",
        "10.0.0.1, true",
        "[2001:db8::1], true",
        "2001:db8::1, false", // not as documents spell it
        "*.svc, false",
        "'a,b', false", // a host of a URL may look so, and of a service may not
        "'', false",
    })
    void a_document_can_speak_of_what_can_be_a_host(String host, boolean can) {
        assertThat(DocumentScope.canHold(host)).isEqualTo(can);
    }

    @Test
    void a_name_longer_than_any_is_not_looked_at() {
        assertThat(DocumentScope.canHold("a.".repeat(1000) + "b")).isFalse();
    }

    @Test
    void hosts_are_read_as_urls_spell_them() throws Exception {
        PolicyDocument document = Documents.mesh("test")
                .metadata("'scope': {'hosts': ['Orders', '[2001:DB8:0::1]', 'orders', 'billing']}")
                .readStrict();

        assertThat(document.policy().metadata().scope())
                .isEqualTo(new DocumentScope(Set.of("orders", "billing", "[2001:db8::1]")));
    }

    @Test
    void two_documents_speak_together_of_what_both_speak_of() {
        assertThat(new DocumentScope(Set.of("a", "b")).and(new DocumentScope(Set.of("b", "c"))))
                .isEqualTo(new DocumentScope(Set.of("b")));
    }
}
