package dev.meshclient.internal.source.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.policy.PolicyDocument;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands in the query. */
class HostListTest {
    private final SortedSet<String> called = new TreeSet<>(List.of("orders"));
    private final HostList list = new HostList(new WantedHosts() {
        @Override
        public SortedSet<String> hosts() {
            return new TreeSet<>(called);
        }

        @Override
        public void onAsk(Runnable wake) {}
    });

    /** A service of the same name as its host, which sends to others: {@code orders>stock+cart}. */
    private static PolicyDocument document(String scope, String... services) throws Exception {
        String all = Stream.of(services)
                .map(s -> s.split(">", -1))
                .map(s -> "'%s': {'hosts': ['%s'], 'endpoints': []%s}"
                        .formatted(
                                s[0],
                                s[0],
                                s.length == 1
                                        ? ""
                                        : ", 'rules': [{'backendRefs': ["
                                                + Stream.of(s[1].split("\\+", -1))
                                                        .map(b -> "{'name': '" + b + "'}")
                                                        .collect(Collectors.joining(","))
                                                + "]}]"))
                .collect(Collectors.joining(","));
        return Documents.mesh("test").metadata(scope).services(all).read();
    }

    private static final String PART = "'scope': {'hosts': []}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://r/policy | b a | http://r/policy?hosts=a,b",
                "http://r/policy?env=a%2Fb&x | a | http://r/policy?env=a%2Fb&x&hosts=a",
                "http://r/policy | [2001:db8::1] | http://r/policy?hosts=%5B2001%3Adb8%3A%3A1%5D",
                "http://r/policy | a&b=c | http://r/policy?hosts=a%26b%3Dc",
                "http://r/policy? | a | http://r/policy?&hosts=a",
            })
    void hosts_stand_sorted_behind_whatever_query_there_is(String url, String hosts, String expected) {
        assertThat(HostList.in(HttpUrl.get(url), new TreeSet<>(List.of(hosts.split(" ", -1))))
                        .toString())
                .isEqualTo(expected);
    }

    @Test
    void none_are_asked_for_as_none() {
        assertThat(HostList.in(HttpUrl.get("http://r/policy"), new TreeSet<>()).toString())
                .isEqualTo("http://r/policy?hosts=");
    }

    @Test
    void services_that_rules_need_are_asked_for_as_well_while_they_are_needed() throws Exception {
        list.next();
        assertThat(list.lacksBackends(document(PART, "orders>stock+orders"))).isTrue();
        assertThat(list.hasNews()).isTrue();
        assertThat(list.next()).containsExactly("orders", "stock");
        assertThat(list.lacksBackends(document(PART, "orders>stock", "stock>far")))
                .isTrue();
        assertThat(list.next()).containsExactly("far", "orders", "stock");
        assertThat(list.lacksBackends(document(PART, "orders>stock", "stock>far", "far")))
                .isFalse();
        assertThat(list.next()).containsExactly("far", "orders", "stock");
        assertThat(list.lacksBackends(document(PART, "orders"))).isFalse();
        assertThat(list.next()).containsExactly("orders");
    }

    @Test
    void a_service_that_was_asked_for_in_vain_is_not_asked_for_again() throws Exception {
        list.next();
        assertThat(list.lacksBackends(document(PART, "orders>stock"))).isTrue();
        list.next();
        assertThat(list.lacksBackends(document(PART, "orders>stock"))).isFalse();
        assertThat(list.hasNews()).isFalse();
    }

    @Test
    void a_whole_document_lacks_nothing_that_could_be_asked_for() throws Exception {
        list.next();
        assertThat(list.lacksBackends(document("", "orders>stock"))).isFalse();
    }

    @Test
    void a_service_whose_name_is_no_host_cannot_be_asked_for() throws Exception {
        list.next();
        assertThat(list.lacksBackends(document(PART, "orders>Stock of all"))).isFalse();
    }

    @Test
    void at_most_256_services_are_added() throws Exception {
        list.next();
        String[] many =
                IntStream.range(0, 300).mapToObj(i -> "o" + i + ">s" + i).toArray(String[]::new);
        assertThat(list.lacksBackends(document(PART, many))).isTrue();
        assertThat(list.next()).hasSize(257);
    }

    @Test
    void what_a_held_request_asks_for_takes_no_other() {
        list.next();
        assertThat(list.ask(true)).isFalse();
        assertThat(list.hasNews()).isFalse();
        assertThat(list.ask(false)).isTrue();
        assertThat(list.hasNews()).isTrue();
        assertThat(list.isAskedAgain()).isTrue();
        assertThat(list.isAskedAgain()).isFalse();
        called.add("billing");
        assertThat(list.ask(true)).isTrue();
        assertThat(list.next()).containsExactly("billing", "orders");
    }
}
