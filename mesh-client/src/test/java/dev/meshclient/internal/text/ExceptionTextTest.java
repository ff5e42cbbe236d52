package dev.meshclient.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExceptionTextTest {
    @Test
    void a_type_of_others_stands_before_its_message() {
        assertThat(ExceptionText.of(new ConnectException("zookeeper:2181")))
                .isEqualTo("ConnectException: zookeeper:2181");
        assertThat(ExceptionText.of(new ConnectException())).isEqualTo("ConnectException");
    }

    @Test
    void messages_of_the_mesh_stand_alone() {
        assertThat(ExceptionText.of(new IOException("the file is empty"))).isEqualTo("the file is empty");
        PolicyException ours = new PolicyException(List.of(PolicyProblem.of("x", "y", "services")));
        assertThat(ExceptionText.of(ours)).isEqualTo(ours.getMessage());
    }
}
