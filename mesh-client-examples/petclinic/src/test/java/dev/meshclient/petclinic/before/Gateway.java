package dev.meshclient.petclinic.before;

import dev.meshclient.petclinic.Owner;
import dev.meshclient.petclinic.OwnerDetails;
import dev.meshclient.petclinic.Visit;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.circuitbreaker.resilience4j.ReactiveResilience4JCircuitBreakerFactory;
import org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JConfigBuilder;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

@SpringBootApplication
public class Gateway {
    @Bean
    @LoadBalanced
    WebClient.Builder services() {
        return WebClient.builder();
    }

    @Bean
    Customizer<ReactiveResilience4JCircuitBreakerFactory> breakers() {
        return factory -> factory.configureDefault(id -> new Resilience4JConfigBuilder(id)
                .circuitBreakerConfig(CircuitBreakerConfig.custom()
                        .minimumNumberOfCalls(5)
                        .slidingWindowSize(5)
                        .waitDurationInOpenState(Duration.ofSeconds(1))
                        .build())
                .timeLimiterConfig(TimeLimiterConfig.custom()
                        .timeoutDuration(Duration.ofSeconds(2))
                        .build())
                .build());
    }

    @RestController
    static class Owners {
        private final WebClient http;
        private final ReactiveCircuitBreaker visitsBreaker;

        Owners(@LoadBalanced WebClient.Builder services, ReactiveCircuitBreakerFactory<?, ?> breakers) {
            this.http = services.build();
            this.visitsBreaker = breakers.create("visits");
        }

        @GetMapping("/owners/{id}")
        Mono<OwnerDetails> owner(@PathVariable("id") int id) {
            return http.get()
                    .uri("http://customers/owners/{id}", id)
                    .retrieve()
                    .bodyToMono(Owner.class)
                    .flatMap(owner -> visits(owner).map(visits -> OwnerDetails.of(owner, visits)));
        }

        private Mono<List<Visit>> visits(Owner owner) {
            Mono<List<Visit>> visits = http.get()
                    .uri("http://visits/visits?pets={pets}", owner.petIds())
                    .retrieve()
                    .bodyToFlux(Visit.class)
                    .collectList();
            return visitsBreaker.run(visits, failure -> Mono.just(List.of()));
        }

        @PostMapping("/visits")
        Mono<String> add(@RequestBody String visit) {
            return http.post()
                    .uri("http://visits/visits")
                    .bodyValue(visit)
                    .retrieve()
                    .bodyToMono(String.class);
        }

        @GetMapping("/vets")
        Mono<String> vets() {
            return http.get().uri("http://vets/vets").retrieve().bodyToMono(String.class);
        }
    }
}
