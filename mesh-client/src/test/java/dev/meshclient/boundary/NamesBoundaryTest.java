package dev.meshclient.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.NoRoute;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a host of the mesh is written, it is the mesh's. */
class NamesBoundaryTest extends Boundary {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://orders:%d/",
                "http://ORDERS:%d/",
                "http://Orders.:%d/",
                "http://user:password@orders:%d/",
                "http://orders:%d/..//a?b#c",
                "http:\\\\orders:%d\\",
                "http://%%6frders:%d/",
                "http://\uFF4F\uFF52\uFF44\uFF45\uFF52\uFF53:%d/"
            })
    void a_host_is_known_in_all_its_spellings(String spelling) throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller().build());
        assertThat(read(http, spelling.formatted(leak.getPort()))).isEqualTo("inside");
        assertThat(meshed(inside).getHeaders().get("Host")).startsWith("orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://billing:%d/", "http://BILLING.:%d/", "https://billing/", "http://billing/"})
    void a_claimed_host_without_a_service_is_refused_in_all_its_spellings(String spelling) {
        OkHttpClient http = mesh().wrap(caller().build());
        assertThatThrownBy(() -> read(http, spelling.formatted(leak.getPort()))).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_port_in_the_policy_takes_only_that_port_and_the_others_are_refused() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh(policy("orders:8080")).wrap(caller().build());
        assertThat(read(http, "http://orders:8080/")).isEqualTo("inside");
        assertThatThrownBy(() -> read(http, orders())).isInstanceOf(NoRoute.class);
        assertThatThrownBy(() -> read(http, "http://orders/")).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_name_in_another_script_is_known_by_its_ascii_form() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh(policy("xn--bcher-kva.test")).wrap(caller().build());
        assertThat(read(http, url("b\u00FCcher.test"))).isEqualTo("inside");
    }

    @Test
    void a_claim_in_another_script_is_one_of_the_ascii_form() {
        OkHttpClient http = closing(Mesh.builder()
                        .policy(policy("orders").source())
                        .claim("b\u00FCcher.test")
                        .build())
                .wrap(caller().build());
        assertThatThrownBy(() -> read(http, url("b\u00FCcher.test"))).isInstanceOf(NoRoute.class);
    }

    @Test
    void an_IPv6_address_is_known_in_all_its_spellings() throws Exception {
        inside.enqueue(ok("inside"));
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh(policy("[2001:DB8:0:0:0:0:0:1]")).wrap(caller().build());
        assertThat(read(http, "http://[2001:db8::1]/")).isEqualTo("inside");
        assertThat(read(http, "http://[2001:0db8:0::0:1]/")).isEqualTo("inside");
    }

    @Test
    void an_address_as_the_name_of_a_service_is_not_where_it_is_reached() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh(policy("127.0.0.2")).wrap(caller().build());
        assertThat(read(http, url("127.0.0.2"))).isEqualTo("inside");
        assertThat(meshed(inside).getHeaders().get("Host")).startsWith("127.0.0.2");
    }

    @Test
    void a_suffix_takes_all_names_below_it_and_not_itself() throws Exception {
        inside.enqueue(ok("inside"));
        outside.enqueue(ok("outside"));
        OkHttpClient http = mesh(policy("*.mesh.test")).wrap(caller().build());
        assertThat(read(http, url("a.b.mesh.test"))).isEqualTo("inside");
        assertThat(read(http, "http://mesh.test:" + outside.getPort() + "/")).isEqualTo("outside");
    }

    @Test
    void the_Host_header_decides_nothing() throws Exception {
        inside.enqueue(ok("inside"));
        outside.enqueue(ok("outside"));
        OkHttpClient http = mesh().wrap(caller().build());
        Request toOrders =
                get(orders()).newBuilder().header("Host", "example.test").build();
        http.newCall(toOrders).execute().close();
        assertThat(meshed(inside).getHeaders().get("Host")).isEqualTo("example.test");
        Request toOutside =
                get(outsideUrl()).newBuilder().header("Host", "orders").build();
        http.newCall(toOutside).execute().close();
        assertThat(plain(outside).getHeaders().get("Host")).isEqualTo("orders");
    }

    /** It is a host that no mesh claims: reached as before, without anything of the mesh, unless all such hosts are refused. */
    @Test
    void an_endpoints_own_address_is_not_the_services_host() throws Exception {
        inside.enqueue(ok("by address"));
        String address = "http://127.0.0.1:" + inside.getPort() + "/";
        assertThat(read(mesh().wrap(caller().build()), address)).isEqualTo("by address");
        plain(inside);
        OkHttpClient strict = mesh(strict()).wrap(caller().build());
        assertThatThrownBy(() -> read(strict, address)).isInstanceOf(NoRoute.class);
        assertThatThrownBy(() -> read(strict, outsideUrl())).isInstanceOf(NoRoute.class);
        assertThat(outside.getRequestCount()).isZero();
    }
}
