package dev.meshclient.petclinic.after;

import dev.meshclient.petclinic.Owner;
import dev.meshclient.petclinic.OwnerDetails;
import dev.meshclient.petclinic.Visit;
import dev.meshclient.spring.MeshClient;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;
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
    @Bean(defaultCandidate = false)
    @MeshClient("customers")
    WebClient.Builder customers(WebClient.Builder boot) {
        return boot;
    }

    @Bean(defaultCandidate = false)
    @MeshClient("visits")
    WebClient.Builder visits(WebClient.Builder boot) {
        return boot;
    }

    @Bean(defaultCandidate = false)
    @MeshClient("vets")
    WebClient.Builder vets(WebClient.Builder boot) {
        return boot;
    }

    @RestController
    static class Owners {
        private final WebClient customers;
        private final WebClient visits;
        private final WebClient vets;

        Owners(
                @MeshClient("customers") WebClient.Builder customers,
                @MeshClient("visits") WebClient.Builder visits,
                @MeshClient("vets") WebClient.Builder vets) {
            this.customers = customers.build();
            this.visits = visits.build();
            this.vets = vets.build();
        }

        @GetMapping("/owners/{id}")
        Mono<OwnerDetails> owner(@PathVariable("id") int id) {
            return customers
                    .get()
                    .uri("/owners/{id}", id)
                    .retrieve()
                    .bodyToMono(Owner.class)
                    .flatMap(owner -> visits(owner).map(visits -> OwnerDetails.of(owner, visits)));
        }

        private Mono<List<Visit>> visits(Owner owner) {
            Mono<List<Visit>> found = visits.get()
                    .uri("/visits?pets={pets}", owner.petIds())
                    .retrieve()
                    .bodyToFlux(Visit.class)
                    .collectList();
            return found.onErrorReturn(List.of());
        }

        @PostMapping("/visits")
        Mono<String> add(@RequestBody String visit) {
            return visits.post().uri("/visits").bodyValue(visit).retrieve().bodyToMono(String.class);
        }

        @GetMapping("/vets")
        Mono<String> vets() {
            return vets.get().uri("/vets").retrieve().bodyToMono(String.class);
        }
    }
}
