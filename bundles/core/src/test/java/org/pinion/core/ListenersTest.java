package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.DmaTopics;

/** Who listens to what follows from the topics in the properties of a listener's service. */
class ListenersTest {

    private final Listeners listeners = new Listeners();

    private boolean heardBy(Object property) {
        listeners.put(1, property);
        return listeners.listenTo(DmaTopics.SPACE_CHANGED);
    }

    @Test
    void atFirstNobodyListens() {
        assertThat(listeners.listenTo(DmaTopics.SPACE_CHANGED)).isFalse();
    }

    @Test
    void takesTopicsInEveryFormThatTheyMayHave() {
        assertThat(heardBy("org/pinion/space/CHANGED")).isTrue();
        assertThat(heardBy(new String[] {"org/other", "org/pinion/space/*"})).isTrue();
        assertThat(heardBy(List.of("org/other", "*"))).isTrue();
        assertThat(heardBy(DmaTopics.ALL)).isTrue();
    }

    @Test
    void otherTopicsAndMalformedOnesAreNotHeard() {
        assertThat(heardBy("org/pinion/space/CLOSED")).isFalse();
        assertThat(heardBy("org/pinion/space/CHAN*")).isFalse();
        assertThat(heardBy("org/pinion")).isFalse();
        assertThat(heardBy(7)).isFalse();
        assertThat(heardBy(null)).isFalse();
    }

    @Test
    void whoHasLeftDoesNotListen() {
        heardBy("*");
        listeners.remove(1);

        assertThat(listeners.listenTo(DmaTopics.SPACE_CHANGED)).isFalse();
    }
}
