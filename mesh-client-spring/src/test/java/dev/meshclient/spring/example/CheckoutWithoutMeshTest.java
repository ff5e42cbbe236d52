package dev.meshclient.spring.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClient;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(properties = "mesh.enabled=false", webEnvironment = SpringBootTest.WebEnvironment.NONE)
class CheckoutWithoutMeshTest {
    @Test
    void starts_with_plain_clients(
            @Autowired @MeshClient("orders") OkHttpClient orders, @Autowired ObjectProvider<Mesh> mesh) {
        assertThat(orders.interceptors()).isEmpty();
        assertThat(mesh.stream()).isEmpty();
    }
}
