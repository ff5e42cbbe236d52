package dev.meshclient.examples.boot.inventory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The stock of the shop. Its version is in the answers, so that a canary is seen. */
@SpringBootApplication
public class InventoryApplication {
    /** Runs the service by itself. */
    public static void main(String[] args) {
        SpringApplication.run(InventoryApplication.class, args);
    }

    /** What is left of an item. */
    public record Stock(int item, int left, String version) {}

    @RestController
    static class StockController {
        private final String version;

        StockController(@Value("${shop.version}") String version) {
            this.version = version;
        }

        @GetMapping("/stock/{item}")
        Stock stock(@PathVariable int item) {
            return new Stock(item, item % 10, version);
        }
    }
}
