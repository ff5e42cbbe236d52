package dev.meshclient.spring.service.packages;

import dev.meshclient.spring.MeshClient;
import org.springframework.web.service.annotation.GetExchange;

@MeshClient(value = "orders", variant = "returns")
public interface ReturnApi {
    @GetExchange("/returns/1")
    String first();
}
