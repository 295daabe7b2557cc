package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class CommandTest {

    @Test
    void findsTheServiceOfTheNameAskedFor() throws Exception {
        assertThat(Command.filter("lab").matches(service("lab"))).isTrue();
        assertThat(Command.filter("lab").matches(service("pinion"))).isFalse();
    }

    @Test
    void refusesWhatIsNotAName() {
        assertThatThrownBy(() -> Command.filter("*)(x=y"))
                .isInstanceOf(LaunchException.class)
                .hasMessage("org.pinion.command is '*)(x=y', which is not the name of a command");
    }

    private static Map<String, Object> service(String name) {
        return Map.of("objectClass", new String[] {ToIntFunction.class.getName()}, "org.pinion.command", name);
    }
}
