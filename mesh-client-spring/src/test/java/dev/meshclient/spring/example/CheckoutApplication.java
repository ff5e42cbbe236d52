package dev.meshclient.spring.example;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClient;
import java.io.IOException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
public class CheckoutApplication {
    public static void main(String[] args) {
        SpringApplication.run(CheckoutApplication.class, args);
    }

    @Bean
    @MeshClient("orders")
    OkHttpClient ordersHttp() {
        return new OkHttpClient();
    }

    @RestController
    static class CheckoutController {
        private final OkHttpClient orders;

        CheckoutController(@MeshClient("orders") OkHttpClient orders) {
            this.orders = orders;
        }

        @GetMapping("/checkout")
        String checkout() throws IOException {
            Request request = new Request.Builder().url("http://orders/7").build();
            try (Response response = orders.newCall(request).execute()) {
                return response.body().string() + "\n" + Mesh.decision(response);
            }
        }
    }
}
