@NullMarked
package dev.onehop.health;

import org.jspecify.annotations.NullMarked;
