// SPDX-License-Identifier: GPL-2.0-only
/* The card's registers: access, reset and the self-tests that probe runs. */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <linux/random.h>

#include "spa.h"

#define SPA_WAIT_STEP_US 100
#define SPA_WAIT_US (5 * USEC_PER_SEC)
#define SPA_SILENCE_US (USEC_PER_SEC / 2)
#define SPA_TEST_DMA_OCTETS 4096
#define SPA_ALL_ONES 0xffffffffu

u32 spa_read(struct spa *spa, u32 reg)
{
	return readl(spa->bar + reg);
}

void spa_write(struct spa *spa, u32 reg, u32 value)
{
	writel(value, spa->bar + reg);
}

int spa_hw_alive(struct spa *spa)
{
	if (READ_ONCE(spa->gone))
		return READ_ONCE(spa->state) == SPA_RESTING || READ_ONCE(spa->state) == SPA_ASLEEP ? -EAGAIN : -ENODEV;
	if (spa_read(spa, SPA_REG_MAGIC) == SPA_MAGIC)
		return 0;
	if (!xchg(&spa->gone, true))
		dev_err(spa->dev, "the card does not answer any more\n");
	return -ENODEV;
}

int spa_hw_wait(struct spa *spa, u32 reg, u32 mask, u32 value)
{
	u32 now;
	int err;

	if (READ_ONCE(spa->gone))
		return -ENODEV;
	err = read_poll_timeout(spa_read, now, (now & mask) == value || now == SPA_ALL_ONES, SPA_WAIT_STEP_US,
				SPA_WAIT_US, false, spa, reg);
	if (err || now == SPA_ALL_ONES)
		return spa_hw_alive(spa) ?: err ?: -EIO;
	return 0;
}

int spa_hw_identify(struct spa *spa)
{
	u32 magic = spa_read(spa, SPA_REG_MAGIC);
	u32 version = spa_read(spa, SPA_REG_VERSION);

	if (magic != SPA_MAGIC) {
		dev_err(spa->dev, "not a card of ours: magic %08x, expected %08x\n", magic, SPA_MAGIC);
		return -ENODEV;
	}
	if (version >> 16 != SPA_VERSION_MAJOR) {
		dev_err(spa->dev, "the card speaks interface version %u.%u, this driver only %u.x\n", version >> 16,
			version & 0xffff, SPA_VERSION_MAJOR);
		return -ENODEV;
	}
	return 0;
}

int spa_hw_reset(struct spa *spa)
{
	int err;

	spa_write(spa, SPA_REG_CONTROL, SPA_CONTROL_RESET);
	err = spa_hw_wait(spa, SPA_REG_CONTROL, SPA_CONTROL_RESET, 0);
	if (!err)
		err = spa_hw_wait(spa, SPA_REG_STATUS, SPA_STATUS_READY, SPA_STATUS_READY);
	if (err)
		dev_err(spa->dev, "the card does not come out of reset: %d\n", err);
	return err;
}

static int spa_hw_limits(struct spa *spa, struct spa_limits *l)
{
	u32 queues = spa_read(spa, SPA_REG_LIMIT_QUEUES);

	l->version = spa_read(spa, SPA_REG_VERSION);
	l->features = spa_read(spa, SPA_REG_FEATURES);
	l->sas = spa_read(spa, SPA_REG_LIMIT_SA);
	l->rx_queues = min_t(u32, queues & 0xff, SPA_QUEUE_RX_MAX);
	l->tx_queues = min_t(u32, queues >> 8 & 0xff, SPA_QUEUE_TX_MAX);
	l->pk_queues = min_t(u32, queues >> 16 & 0xff, SPA_QUEUE_PK_MAX);
	l->ring = rounddown_pow_of_two(clamp_t(u32, spa_read(spa, SPA_REG_LIMIT_RING), 1, SPA_RING_ENTRIES_MAX));
	l->frame = spa_read(spa, SPA_REG_LIMIT_FRAME);
	l->keys = spa_read(spa, SPA_REG_LIMIT_KEYS);
	l->policies = l->features & SPA_FEATURE_ESP_PACKET ? spa_read(spa, SPA_REG_LIMIT_POLICY) : 0;
	l->pk_data = min_t(u32, spa_read(spa, SPA_REG_LIMIT_PK_DATA), SPA_PK_DATA_MAX);

	if (!l->rx_queues || !l->tx_queues || l->ring < SPA_RING_MIN || l->frame < ETH_FRAME_LEN ||
	    l->sas > INT_MAX || l->policies > INT_MAX) {
		dev_err(spa->dev, "limits make no sense: queues %08x, ring %u, frame %u, %u SAs\n", queues, l->ring,
			l->frame, l->sas);
		return -EIO;
	}
	return 0;
}

int spa_hw_read_limits(struct spa *spa)
{
	return spa_hw_limits(spa, &spa->limits);
}

int spa_hw_same_limits(struct spa *spa)
{
	struct spa_limits now = {};
	int err = spa_hw_limits(spa, &now);

	if (err || !memcmp(&now, &spa->limits, sizeof(now)))
		return err;
	dev_err(spa->dev, "this is another card than before: version %08x, features %08x, %u SAs\n", now.version,
		now.features, now.sas);
	return -ENODEV;
}

int spa_hw_function_reset(struct spa *spa)
{
	int err;

	dev_warn(spa->dev, "function-level reset\n");
	err = pcie_reset_flr(spa->pdev, PCI_RESET_DO_RESET);
	pci_load_saved_state(spa->pdev, spa->config);
	pci_restore_state(spa->pdev);
	return err;
}

static int spa_hw_test_value(struct spa *spa)
{
	u32 value = get_random_u32();
	u32 back;

	spa_write(spa, SPA_REG_TEST_VALUE, value);
	back = spa_read(spa, SPA_REG_TEST_VALUE);
	if (back == ~value)
		return 0;
	dev_err(spa->dev, "register test: wrote %08x, read %08x, expected %08x\n", value, back, ~value);
	return -EIO;
}

static int spa_hw_test_dma_step(struct spa *spa, u32 what)
{
	u32 result;

	spa_write(spa, SPA_REG_TEST_DMA_CTRL, what);
	result = spa_read(spa, SPA_REG_TEST_DMA_RESULT);
	if (result == SPA_OK)
		return 0;
	dev_err(spa->dev, "DMA test %u: the card reports status %u\n", what, result);
	return -EIO;
}

static int spa_hw_test_dma_steps(struct spa *spa, u8 *buf)
{
	int err, i;

	err = spa_hw_test_dma_step(spa, SPA_TEST_DMA_FILL);
	if (err)
		return err;
	if (memchr_inv(buf, SPA_TEST_DMA_PATTERN, SPA_TEST_DMA_OCTETS))
		goto wrong;

	for (i = 0; i < SPA_TEST_DMA_OCTETS; i++)
		buf[i] = i * 7 + (i >> 8);
	err = spa_hw_test_dma_step(spa, SPA_TEST_DMA_INVERT);
	if (err)
		return err;
	for (i = 0; i < SPA_TEST_DMA_OCTETS; i++)
		if (buf[i] != (u8)~(i * 7 + (i >> 8)))
			goto wrong;

	err = spa_hw_test_dma_step(spa, SPA_TEST_DMA_CLEAR);
	if (err)
		return err;
	if (!memchr_inv(buf, 0, SPA_TEST_DMA_OCTETS))
		return 0;
wrong:
	dev_err(spa->dev, "DMA test: memory does not hold what the card says it wrote\n");
	return -EIO;
}

static int spa_hw_test_dma(struct spa *spa)
{
	dma_addr_t dma;
	void *buf;
	int err;

	buf = dma_alloc_coherent(spa->dev, SPA_TEST_DMA_OCTETS, &dma, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	spa_write(spa, SPA_REG_TEST_DMA_ADDR_LO, lower_32_bits(dma));
	spa_write(spa, SPA_REG_TEST_DMA_ADDR_HI, upper_32_bits(dma));
	spa_write(spa, SPA_REG_TEST_DMA_SIZE, SPA_TEST_DMA_OCTETS);
	err = spa_hw_test_dma_steps(spa, buf);
	dma_free_coherent(spa->dev, SPA_TEST_DMA_OCTETS, buf, dma);
	return err;
}

int spa_hw_test(struct spa *spa)
{
	return spa_hw_test_value(spa) ?: spa_hw_test_dma(spa);
}

void spa_hw_read_mac(struct spa *spa, u8 mac[6])
{
	u32 lo = spa_read(spa, SPA_REG_MAC_LO);
	u32 hi = spa_read(spa, SPA_REG_MAC_HI);
	int i;

	for (i = 0; i < ETH_ALEN; i++)
		mac[i] = i < 4 ? lo >> (8 * i) : hi >> (8 * (i - 4));
}

bool spa_hw_link(struct spa *spa, u32 *speed)
{
	u32 link = spa_read(spa, SPA_REG_LINK);

	if (link == SPA_ALL_ONES)
		link = 0;
	if (speed)
		*speed = link >> 8;
	return link & 1;
}

void spa_hw_silence(struct spa *spa)
{
	u32 control;

	if (!READ_ONCE(spa->gone)) {
		spa_write(spa, SPA_REG_CONTROL, SPA_CONTROL_RESET);
		/* Whether it obeys or not: after the next line it reaches nothing. */
		read_poll_timeout(spa_read, control, !(control & SPA_CONTROL_RESET) || control == SPA_ALL_ONES,
				  SPA_WAIT_STEP_US, SPA_SILENCE_US, false, spa, SPA_REG_CONTROL);
	}
	pci_clear_master(spa->pdev);
	WRITE_ONCE(spa->gone, true);
}

void spa_hw_unsilence(struct spa *spa)
{
	pci_set_master(spa->pdev);
	WRITE_ONCE(spa->gone, false);
}

void spa_hw_isolate(struct spa *spa, const char *why)
{
	pci_clear_master(spa->pdev);
	if (!xchg(&spa->gone, true))
		dev_err(spa->dev, "%s: the card is cut off from memory\n", why);
}

int spa_status_errno(u8 status)
{
	switch (status) {
	case SPA_OK:
		return 0;
	case SPA_E_OPCODE:
	case SPA_E_UNSUPPORTED:
		return -EOPNOTSUPP;
	case SPA_E_FIELD:
	case SPA_E_FORMAT:
	case SPA_E_CRYPTO:
		return -EINVAL;
	case SPA_E_NOT_FOUND:
		return -ENOENT;
	case SPA_E_EXISTS:
		return -EEXIST;
	case SPA_E_FULL:
	case SPA_E_SPACE:
		return -ENOSPC;
	case SPA_E_STALE:
		return -ESTALE;
	case SPA_E_AUTH:
		return -EBADMSG;
	default:
		return -EIO;
	}
}
