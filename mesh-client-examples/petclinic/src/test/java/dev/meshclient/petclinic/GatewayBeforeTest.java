package dev.meshclient.petclinic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GatewayBeforeTest extends GatewayBehaviour {
    GatewayBeforeTest() throws java.io.IOException {}

    @Override
    Class<?> application() {
        return dev.meshclient.petclinic.before.Gateway.class;
    }

    @Override
    Map<String, Object> properties(Map<String, List<Integer>> ports, Path directory) {
        Map<String, Object> properties = new TreeMap<>();
        ports.forEach((service, all) -> {
            for (int i = 0; i < all.size(); i++) {
                properties.put(
                        "spring.cloud.discovery.client.simple.instances.%s[%d].uri".formatted(service, i),
                        "http://127.0.0.1:" + all.get(i));
            }
        });
        properties.put("spring.cloud.loadbalancer.retry.enabled", true);
        properties.put("mesh.enabled", false);
        return properties;
    }

    /** Its retry on the next instance looks at the method after a status code, not after an exception. */
    @Test
    void a_new_visit_is_sent_again_when_its_answer_is_lost() throws Exception {
        loseAnswers();
        assertThat(gotOfTenVisits()).isGreaterThan(10);
    }
}
