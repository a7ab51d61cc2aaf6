@NullMarked
package dev.onehop.pick;

import org.jspecify.annotations.NullMarked;
