package dev.meshclient.examples.boot.orders;

import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.service.ImportMeshClients;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.service.annotation.GetExchange;

/** Orders of items, if there are any left. */
@SpringBootApplication
@ImportMeshClients(OrdersApplication.Inventory.class)
public class OrdersApplication {
    /** Runs the service by itself. */
    public static void main(String[] args) {
        SpringApplication.run(OrdersApplication.class, args);
    }

    /** What is left of an item. */
    public record Stock(int item, int left, String version) {}

    /** An order, and the stock that it is taken from. */
    public record Order(int item, boolean accepted, Stock stock) {}

    /** The service {@code inventory}. */
    @MeshClient("inventory")
    public interface Inventory {
        /** What is left of an item. */
        @GetExchange("/stock/{item}")
        Stock stock(@PathVariable int item, @RequestHeader(name = "x-beta", required = false) @Nullable String beta);
    }

    @RestController
    static class OrderController {
        private final Inventory inventory;

        OrderController(Inventory inventory) {
            this.inventory = inventory;
        }

        @GetMapping("/orders/{item}")
        Order order(@PathVariable int item, @RequestHeader(name = "x-beta", required = false) @Nullable String beta) {
            Stock stock = inventory.stock(item, beta);
            return new Order(item, stock.left() > 0, stock);
        }
    }
}
